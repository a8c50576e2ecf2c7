/** Sense beyond the schema. Given documents fit theirs. */

import { nearest } from '../../expr/nearest.ts';
import { show } from '../../expr/show.ts';
import { kindOf } from '../kinds.ts';
import { type Path, pathText } from '../schema/types.ts';
import type { KubeObject, OpsDefinition, OpsRequest, Provider } from '../types.ts';
import type { Finding } from '../validate.ts';
import { lintDefinition } from './definition.ts';
import type { Findings } from './findings.ts';
import { lintProvider } from './provider.ts';

/** The seed's built-in operations and those that providers ship under these names. */
const BUILT_IN = [
  ...['Restart', 'Start', 'Stop', 'Upgrade', 'VerticalScaling', 'HorizontalScaling', 'VolumeExpansion', 'Switchover'],
  ...['Expose', 'Backup', 'Restore', 'Reconfiguring', 'RebuildInstance', 'Custom'],
];

function lintRequest({ spec }: OpsRequest, findings: Findings): void {
  const near = spec.type === undefined || BUILT_IN.includes(spec.type) ? undefined : nearest(spec.type, BUILT_IN);
  if (near) findings.warn(['spec', 'type'], `${show(spec.type)} is no built-in operation; did you mean "${near}"?`);
  if (spec.type === 'Custom' && spec.opsDefinitionRef === undefined) {
    findings.error(['spec', 'opsDefinitionRef'], 'missing; a Custom operation needs the name of its OpsDefinition');
  }
}

export async function lint(value: unknown): Promise<Finding[]> {
  const object = value as KubeObject;
  const list: Finding[] = [];
  const add = (severity: Finding['severity']) => (path: Path, text: string) =>
    void list.push({ severity, path, message: `${pathText(path)}: ${text}` });
  const findings: Findings = { error: add('error'), warn: add('warning') };
  const scope = kindOf(object.kind, object.apiVersion.split('/')[0]!)?.scope;
  if (scope === 'Cluster' && object.metadata.namespace !== undefined) {
    findings.warn(['metadata', 'namespace'], `${object.kind} belongs to no namespace; leave it out`);
  }
  if (object.kind === 'OpsDefinition') await lintDefinition(object as OpsDefinition, findings);
  if (object.kind === 'OpsRequest') lintRequest(object as OpsRequest, findings);
  if (object.kind === 'Provider') await lintProvider(object as Provider, findings);
  return list;
}
