/** Sense of an OpsDefinition. */
import { envNames } from '../../expr/environment.ts';
import { coerceParameter } from '../../expr/parameters.ts';
import { regex } from '../../expr/regex.ts';
import type { Path } from '../schema/types.ts';
import type { OpsDefinition, ParameterDefinition, ValueSchema } from '../types.ts';
import { unsupportedPaths } from '../unsupported.ts';
import { lintBodies } from './commands.ts';
import type { Findings } from './findings.ts';
import { lintTexts } from './texts.ts';

function lintParameters(parameters: ParameterDefinition[], findings: Findings): void {
  const variables = envNames(parameters.map((parameter) => parameter.name));
  if (!variables.ok) findings.error(['spec', 'parameters'], variables.error);
  for (const [i, parameter] of parameters.entries()) {
    const at: Path = ['spec', 'parameters', i];
    for (const [schema, path] of [
      [parameter.schema, [...at, 'schema', 'pattern']],
      [parameter.schema?.items, [...at, 'schema', 'items', 'pattern']],
    ] as [ValueSchema | undefined, Path][]) {
      const pattern = schema?.pattern === undefined ? undefined : regex(schema.pattern);
      if (pattern && !pattern.ok) findings.error(path, pattern.error);
    }
    if (parameter.value === undefined) continue;
    const value = coerceParameter(parameter, parameter.value);
    if (!value.ok) findings.error([...at, 'value'], `the default does not fit: ${value.error}`);
    if (parameter.secret) findings.warn([...at, 'value'], 'the default of a secret can be read by everyone');
  }
}

export async function lintDefinition(definition: OpsDefinition, findings: Findings): Promise<void> {
  const { spec } = definition;
  lintParameters(spec.parameters ?? [], findings);
  await lintTexts(spec, findings);
  lintBodies(spec, findings);
  for (const path of unsupportedPaths(definition)) {
    findings.warn(path, 'is not executed by this version; a run of this definition is refused');
  }
}
