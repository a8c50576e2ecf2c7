/** Reviews: the question that a webhook is asked, and what its answer means. */
import type { Kernel } from '../../kernel.ts';
import { apiVersionOf } from '../../resources/info.ts';
import { type Dict, isDict, type SimObject } from '../../types.ts';
import { type Attempt, type Kind, requestOf } from '../attempt.ts';
import { textOf } from '../policy.ts';
import { WebhookFailure } from './refusals.ts';
import type { Phase, Webhook } from './registered.ts';

const GROUP = 'admission.k8s.io';

export interface Question {
  uid: string;
  version: string;
  review: Dict;
}

const shown = (object: SimObject | undefined, { group, version, kind }: Kind): Dict | null =>
  object ? { ...object, kind, apiVersion: apiVersionOf(group, version) } : null;

/** `objects` are those of the attempt in the version that the webhook asks for. */
export function question(
  kernel: Kernel,
  hook: Webhook,
  attempt: Attempt,
  matched: { version: string; kind: Kind },
  objects: { object: SimObject | undefined; old: SimObject | undefined },
): Question {
  const versions = (hook.body.admissionReviewVersions ?? []) as string[];
  const version = versions.find((one) => one === 'v1' || one === 'v1beta1');
  if (!version)
    throw new WebhookFailure(
      'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)',
    );
  const uid = kernel.uid();
  const request = {
    uid,
    ...requestOf(attempt, { ...matched, group: attempt.info.group }),
    object: shown(objects.object, matched.kind),
    oldObject: shown(objects.old, matched.kind),
  };
  return { uid, version, review: { kind: 'AdmissionReview', apiVersion: `${GROUP}/${version}`, request } };
}

export interface Verdict {
  allowed: boolean;
  /** A Status, where it says one. */
  result: unknown;
  warnings: string[];
  /** A JSON patch, still as text; empty where nothing is changed. */
  patch: string;
  patchType: string;
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Reads an answer. Throws WebhookFailure where it is none to that question. */
export function verdictOf(phase: Phase, { uid, version }: Question, answer: Dict): Verdict {
  const invalid = (why: string): Error => new WebhookFailure(`received invalid webhook response: ${why}`);
  checkKind(version, textOf(answer.kind), textOf(answer.apiVersion));
  const { response } = answer;
  if (!isDict(response)) throw invalid('webhook response was absent');
  if (version === 'v1') {
    if (response.uid !== uid)
      throw invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(textOf(response.uid))}`);
    if (!answer.kind || !answer.apiVersion)
      throw invalid(`expected webhook response of ${GROUP}/v1, Kind=AdmissionReview, got /, Kind=`);
    checkPatch(phase, response, invalid);
  }
  const encoded = phase === 'mutating' ? textOf(response.patch) : '';
  return {
    allowed: response.allowed === true,
    result: response.status,
    warnings: Array.isArray(response.warnings) ? response.warnings.filter((one) => typeof one === 'string') : [],
    patch: Buffer.from(encoded, 'base64').toString(),
    // Older reviews know one type.
    patchType: version === 'v1' ? textOf(response.patchType) : 'JSONPatch',
  };
}

function checkPatch(phase: Phase, { patch, patchType }: Dict, invalid: (why: string) => Error): void {
  if (phase === 'validating') {
    if (isGiven(patch)) throw invalid('validating webhook may not return response.patch');
    if (patchType !== undefined && patchType !== null)
      throw invalid('validating webhook may not return response.patchType');
    return;
  }
  const typed = patchType !== undefined && patchType !== null;
  if (isGiven(patch) && !typed) throw invalid('webhook returned response.patch but not response.patchType');
  if (!isGiven(patch) && typed) throw invalid('webhook returned response.patchType but not response.patch');
  if (patchType === '') throw invalid('webhook returned invalid response.patchType of ""');
}

/** An answer that says of itself that it is something else is not even read. */
function checkKind(version: string, kind: string, apiVersion: string): void {
  const failed = (why: string): Error => new WebhookFailure(`failed to call webhook: ${why}`);
  if (!kind || !apiVersion || (kind === 'AdmissionReview' && apiVersion === `${GROUP}/${version}`)) return;
  const other = version === 'v1' ? 'v1beta1' : 'v1';
  if (kind === 'AdmissionReview' && apiVersion === `${GROUP}/${other}`)
    throw failed(`converting (${other}.AdmissionReview) to (${version}.AdmissionReview): unknown conversion`);
  throw failed(
    `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:110"`,
  );
}
