/**
 * Pure computation on the texts of definitions: placeholders, argv, parameters, CEL, quantities, durations, digests. May
 * touch the types of api and nothing else; no clock, no network, no file.
 */
export { type Cel, cel, type Program } from './cel.ts';
export { type Command, renderCommand } from './command.ts';
export { canonicalJson, digest } from './digest.ts';
export { formatDuration, parseDuration } from './duration.ts';
export { envName, envNames } from './environment.ts';
export { nearest, suggestion } from './nearest.ts';
export {
  coerceParameter,
  type ParameterType,
  parameterHint,
  parameterType,
  type ResolvedParameters,
  resolveParameters,
  valueSchema,
} from './parameters.ts';
export { parseTemplate, render, type Scope, type Template, textOf, usedParameters } from './placeholders.ts';
export { compareQuantities, parseQuantity, type Quantity } from './quantity.ts';
export { fail, ok, type Result } from './result.ts';
export { isSafeWord, type Script, scripts } from './shell.ts';
