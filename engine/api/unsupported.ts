/** What the API can say and this engine doesn't do yet. A definition that says it is refused by name, never half-executed. */
import type { Path } from './schema/types.ts';
import type { OpsDefinitionSpec } from './types.ts';

/** The fields that say it; empty when the definition can be run as it is written. */
export function unsupportedPaths({ spec }: { spec: OpsDefinitionSpec }): Path[] {
  const found: Path[] = [];
  for (const field of ['steps', 'finally', 'preconditions'] as const)
    if (spec[field]?.length) found.push(['spec', field]);
  if (spec.strategies?.container?.stdin !== undefined) found.push(['spec', 'strategies', 'container', 'stdin']);
  for (const [i, parameter] of (spec.parameters ?? []).entries()) {
    const { choices } = parameter;
    if (choices && !Array.isArray(choices)) {
      const at: Path = ['spec', 'parameters', i, 'choices'];
      if (choices.get) found.push([...at, 'get']);
      // A Job for each look at a form would not be a reading one.
      if (choices.container?.image) found.push([...at, 'container', 'image']);
      if (choices.container?.stdin !== undefined) found.push([...at, 'container', 'stdin']);
    }
    // A secret would stand in the OpsRequest and in the argv of the command.
    if (parameter.secret) found.push(['spec', 'parameters', i, 'secret']);
  }
  return found;
}
