/**
 * Values that a parameter offers from a reading step: a command by exec on a pod of the cluster, its output as rows of value
 * and label. What it says is foreign text: a row is either a value that the parameter itself would take, or left out, and
 * a value that is chosen goes the way of one that is typed.
 */
import type { Choices, ParameterAssignment, ParameterDefinition, ParameterValue } from '../api/types.ts';
import { cel } from '../expr/cel.ts';
import { coerceParameter, digest, fail, ok, type Result, suggestion, textOf, usedParameters } from '../expr/index.ts';
import type { Cluster } from '../inventory/model.ts';
import { clean } from '../kube/sanitise.ts';
import { type KubeClient, KubeError } from '../kube/types.ts';
import type { ChoiceRow, Offer } from '../protocol.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Prepared, prepareStep } from './prepare.ts';

type ReadingStep = Exclude<Choices, readonly unknown[]>;
type Values = Record<string, ParameterValue | undefined>;

const TIMEOUT_MS = 15_000;
const MAX_OUTPUT = 256 << 10;
const MAX_ROWS = 500;
const MAX_VALUE = 512;
const MAX_LABEL = 160;
/** How long an answer is the same for two fields, a check and a plan. */
const FRESH_MS = 5_000;

export const readingStep = ({ choices }: Pick<ParameterDefinition, 'choices'>): ReadingStep | undefined =>
  choices === undefined || Array.isArray(choices) ? undefined : choices;

/** Parameters that its command names: without them it can't be asked, and when they change it is asked again. */
export function neededBy(step: ReadingStep): string[] {
  const { command = [], args = [], env = [] } = step.container ?? {};
  const texts = [...command, ...args, ...env.map(({ value }) => value)];
  return [...new Set(texts.flatMap(usedParameters))];
}

interface Question {
  pod: string;
  uid: string;
  container: string;
  argv: string[];
}

/** What would be asked where; or why it can't be asked now. */
function questionOf(name: string, step: ReadingStep, cluster: Cluster, values: Values): Result<Question> {
  const missing = neededBy(step).find((parameter) => values[parameter] === undefined);
  if (missing !== undefined) return fail(`${missing} is needed first`);
  const asked: Pick<Prepared, 'cluster' | 'steps' | 'refused' | 'passing' | 'warnings'> = {
    cluster,
    steps: [],
    refused: [],
    passing: [],
    warnings: [],
  };
  const components = (step.components ?? []).map((component) => ({ ...component, pickOne: true }));
  const reading = { name, effect: 'read' as const, retryTimes: 0, container: step.container ?? {} };
  // One pod is asked, whatever the selector picks.
  prepareStep(
    asked,
    { ...reading, components: components.length > 0 ? components : [{ type: '*', pickOne: true }] },
    values,
  );
  const refused = asked.refused[0];
  if (refused !== undefined) return fail(refused);
  const target = asked.steps[0]?.targets[0];
  if (!target) return fail('there is no pod to ask');
  const env = Object.entries(asked.steps[0]?.env ?? {}).map(([key, value]) => `${key}=${value}`);
  const argv = env.length > 0 ? ['env', ...env, ...target.argv] : target.argv;
  return ok({ pod: target.instance, uid: target.uid, container: target.container, argv });
}

/** The output of a command that ended well, whole; anything else is a failure with a reason. */
async function ask(client: KubeClient, namespace: string, { pod, container, argv }: Question): Promise<Result<string>> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  let size = 0;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const take = (into: Uint8Array[]) => (chunk: Uint8Array) => {
    size += chunk.length;
    if (size > MAX_OUTPUT) stop.abort();
    else into.push(chunk);
  };
  const text = (chunks: Uint8Array[]) => Buffer.concat(chunks).toString('utf8');
  try {
    const request = { namespace, pod, container, command: argv, onStdout: take(out), onStderr: take(err), signal };
    const ended = await client.exec(request);
    if (size > MAX_OUTPUT) return fail(`${pod} answered with more than ${MAX_OUTPUT >> 10} KiB`);
    if (ended.kind === 'unknown')
      return fail(signal.aborted ? `${pod} did not answer in ${TIMEOUT_MS / 1000} s` : ended.why);
    if (ended.kind === 'refused') return fail(ended.message);
    if (ended.code === 0) return ok(text(out));
    const last = [...lines(text(out)), ...lines(text(err))].at(-1) ?? '';
    return fail(`the command in ${pod} ended with exit code ${ended.code}${last ? `: ${last}` : ''}`);
  } catch (error) {
    if (error instanceof KubeError) return fail(error.message);
    throw error;
  }
}

const lines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** What the declared form makes of the output: its lines, or what `values` gives. */
async function found(step: ReadingStep, stdout: string, values: Values): Promise<Result<unknown[]>> {
  if (step.values === undefined) return ok(lines(stdout));
  const program = (await cel(['stdout', 'parameters'])).compile(step.values);
  if (!program.ok) return program;
  const evaluated = program.value.evaluate({ stdout, parameters: values });
  if (!evaluated.ok) return evaluated;
  return Array.isArray(evaluated.value) ? ok(evaluated.value) : fail('values gives no list');
}

/** `host:port` and `host` of a pod read as its name. */
function named(label: string, cluster: Cluster): string {
  const names = new Map(
    cluster.components.flatMap(({ instances }) => instances.map(({ ip, name }) => [ip, name] as const)),
  );
  return label
    .split(' ')
    .map((word) => names.get(word) ?? names.get(word.replace(/:\d+$/, '')) ?? word)
    .join(' ');
}

function rowOf(parameter: ParameterDefinition, entry: unknown, cluster: Cluster): ChoiceRow | undefined {
  const { value, label } =
    typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : { value: entry, label: '' };
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  // A value that would not be drawn as it is could be taken for another one.
  if (text === '' || text.length > MAX_VALUE || clean(text) !== text || !coerceParameter(parameter, text).ok)
    return undefined;
  const shown = typeof label === 'string' ? clean(named(label, cluster)).slice(0, MAX_LABEL) : '';
  return { value: text, label: shown };
}

async function read(
  client: KubeClient,
  parameter: ParameterDefinition,
  cluster: Cluster,
  values: Values,
): Promise<Offer> {
  const step = readingStep(parameter);
  const failed = (why: string): Offer => ({ state: 'failed', why: clean(why) });
  if (!step) return failed('nothing is offered for it');
  const question = questionOf(parameter.name, step, cluster, values);
  if (!question.ok) return failed(question.error);
  const output = await ask(client, cluster.ref.namespace, question.value);
  if (!output.ok) return failed(output.error);
  const entries = await found(step, output.value, values);
  if (!entries.ok) return failed(entries.error);
  const rows = new Map<string, ChoiceRow>();
  for (const entry of entries.value) {
    const row = rowOf(parameter, entry, cluster);
    if (row && rows.size < MAX_ROWS) rows.set(row.value, rows.get(row.value) ?? row);
  }
  if (rows.size === 0) return failed(`${question.value.pod} named nothing to choose`);
  return { state: 'read', from: question.value.pod, rows: [...rows.values()] };
}

/** Asks once for what several ask at the same time, or one after the other. */
export class ChoiceReader {
  readonly #client: KubeClient;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #kept = new Map<string, { at: number; offer: Promise<Offer> }>();

  constructor(client: KubeClient, clock: Pick<Clock, 'now'>) {
    this.#client = client;
    this.#clock = clock;
  }

  read(parameter: ParameterDefinition, cluster: Cluster, values: Values): Promise<Offer> {
    const now = this.#clock.now();
    for (const [key, { at }] of this.#kept) if (now - at > FRESH_MS) this.#kept.delete(key);
    const step = readingStep(parameter);
    const needs = Object.fromEntries((step ? neededBy(step) : []).map((name) => [name, values[name] ?? null]));
    const key = digest({
      uid: cluster.ref.uid,
      choices: parameter.choices ?? null,
      schema: parameter.schema ?? null,
      needs,
    });
    const known = this.#kept.get(key);
    if (known) return known.offer;
    const offer = read(this.#client, parameter, cluster, values);
    this.#kept.set(key, { at: now, offer });
    return offer;
  }
}

/** Of every parameter that offers something read: what there is. */
export async function offersOf(
  reader: ChoiceReader,
  { definition, cluster, parameters }: Pick<Prepared, 'definition' | 'cluster' | 'parameters'>,
): Promise<Map<string, Offer>> {
  const values = valuesOf(parameters);
  const asking = definition.parameters.filter((parameter) => readingStep(parameter) !== undefined);
  const offers = await Promise.all(asking.map((parameter) => reader.read(parameter, cluster, values)));
  return new Map(asking.map(({ name }, i) => [name, offers[i] as Offer]));
}

export const valuesOf = (parameters: readonly ParameterAssignment[]): Values =>
  Object.fromEntries(parameters.map(({ name, value }) => [name, value]));

/** How many of them a refusal names. */
const NAMED = 8;

/** Values that are none of those that were read. What could not be read refuses nothing. */
export function notOffered(
  parameters: readonly ParameterAssignment[],
  offers: ReadonlyMap<string, Offer>,
): { field: string; message: string }[] {
  return parameters.flatMap(({ name, value }) => {
    const offer = offers.get(name);
    const text = textOf(value);
    if (offer?.state !== 'read' || !text.ok || offer.rows.some((row) => row.value === text.value)) return [];
    const all = offer.rows.map((row) => row.value);
    const near = suggestion(text.value, all).replace(/^; known.*/, '');
    const shown = offer.rows.slice(0, NAMED).map((row) => (row.label ? `${row.value} (${row.label})` : row.value));
    const more = offer.rows.length > NAMED ? ` and ${offer.rows.length - NAMED} more` : '';
    return [
      {
        field: name,
        message: `"${text.value}" is not among what ${offer.from} names${near || `: ${shown.join(', ')}${more}`}`,
      },
    ];
  });
}
