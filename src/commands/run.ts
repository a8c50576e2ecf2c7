/** `opsdeck run`: one operation, followed to its end; its exit code is the verdict. */
import type { ParameterAssignment } from '../../engine/api/types.ts';
import { ok } from '../../engine/expr/index.ts';
import { findCluster, LookupError } from '../../engine/inventory/find.ts';
import type { Cluster } from '../../engine/inventory/model.ts';
import { type KubeClient, KubeError } from '../../engine/kube/types.ts';
import { ChoiceReader, notOffered, offersOf } from '../../engine/ops/choices.ts';
import { NotBegun } from '../../engine/ops/contact.ts';
import type { Definition } from '../../engine/ops/definition.ts';
import { findDefinition, type Want } from '../../engine/ops/definitions.ts';
import { document } from '../../engine/ops/document.ts';
import { type Engine, launch, makeEngine, Orphan } from '../../engine/ops/launch.ts';
import { planDigest, toPlan } from '../../engine/ops/plan.ts';
import { type Prepared, prepare } from '../../engine/ops/prepare.ts';
import { accessQuestions, permissionsOf } from '../../engine/ops/rights.ts';
import { BrokenOff, Exists, HandedOver, type Stored, storeOf } from '../../engine/ops/store.ts';
import { findRun, KEPT_WORDS, openStores, type Stores, storeForNew } from '../../engine/ops/stores.ts';
import { Told } from '../../engine/ops/told.ts';
import type { Offer, Plan } from '../../engine/protocol.ts';
import { sleep, systemClock } from '../../engine/runtime/clock.ts';
import { thisProcess } from '../../engine/runtime/identity.ts';
import { withClient } from '../client.ts';
import { EXIT, type ExitCode, Refusal } from '../exit.ts';
import type { GlobalOptions } from '../options.ts';
import { providers } from '../providers.ts';
import { confirm } from '../run/confirm.ts';
import { print } from '../run/document.ts';
import { heeded, isBeforeStart, NOT_STARTED } from '../run/early.ts';
import { readDefinitionFile } from '../run/file.ts';
import { planText, shortPlanText, word } from '../run/plan.ts';
import { type Narration, stay } from '../run/stay.ts';
import { doubtful, events, exitCodeOf, howToFollow, interruption, verdict } from '../run/story.ts';
import { say, show } from '../tell.ts';

interface RunOptions extends GlobalOptions {
  cluster: string;
  param?: string[];
  file?: string;
  source?: string;
  dryRun?: boolean;
  /** The name of the cluster: what destroys is meant. */
  confirm?: string;
  name?: string;
  output: 'text' | 'json' | 'yaml';
  /** Found out on the way. */
  unwritable?: string;
}

export async function run([name]: string[], options: RunOptions): Promise<ExitCode> {
  if (name === undefined && options.file === undefined) {
    throw new Refusal('name an operation, or take one from a file with -f; opsdeck get definitions lists them');
  }
  if (options.readonly && !options.dryRun)
    throw new Refusal('--readonly starts nothing; use --dry-run to see the plan');
  if (options.allNamespaces) throw new Refusal('a run is in one namespace; use -n instead of -A');
  if (options.name !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(options.name)) {
    throw new Refusal(`--name "${options.name}" is no valid name: lowercase letters, digits and -, at most 63`);
  }
  if (options.source !== undefined && options.file !== undefined)
    throw new Refusal('--source and -f say both where the definition is from; leave one out');
  const given = (options.param ?? []).map(assignment);
  const fromFile = options.file === undefined ? undefined : await readDefinitionFile(options.file, name);
  return withClient(options, async (client) => {
    try {
      return await runOn(client, name, fromFile, given, options);
    } catch (error) {
      if (error instanceof LookupError || error instanceof NotBegun) throw new Refusal(error.message);
      // Not 1, which is a run that has failed.
      if (error instanceof KubeError && isBeforeStart()) throw new Refusal(`${error.message}; ${NOT_STARTED}`);
      throw error;
    }
  });
}

/** A name that is two operations runs neither: a script must not come to mean another one by what somebody applies. */
const wanted = ({ source }: RunOptions): Want => {
  if (source === undefined) return {};
  if (source === 'shipped') return { source: 'catalog' };
  return source === 'cluster' ? { source } : { source: 'cluster', group: source };
};

function assignment(text: string): ParameterAssignment {
  const equals = text.indexOf('=');
  if (equals < 1) throw new Refusal(`-p ${text}: write -p NAME=VALUE`);
  return { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

async function runOn(
  client: KubeClient,
  name: string | undefined,
  fromFile: Definition | undefined,
  given: ParameterAssignment[],
  options: RunOptions,
): Promise<ExitCode> {
  const { namespace } = client.target;
  const query = { name: options.cluster, namespace };
  const known = await providers(process.env);
  const find = (): Promise<Cluster> => findCluster(client, query, { providers: known });
  const cluster = await find();
  const found = fromFile ? ok(fromFile) : await findDefinition(client, name ?? '', cluster, wanted(options));
  if (!found.ok) throw new Refusal(found.error);
  const prepared = prepare(found.value, cluster, given);
  const stores = await openStores({ client });
  const offers = options.readonly ? new Map() : await offersOf(new ChoiceReader(client, systemClock), prepared);
  prepared.errors.push(...notOffered(prepared.parameters, offers));
  if (options.dryRun) return dryRun(client, prepared, stores, offers, options);
  // What an exec may not do shows at its first contact, before anything is kept; a Job's rights have to be asked for.
  const byJob = prepared.steps.some(({ via }) => via === 'job');
  const plan = toPlan(
    prepared,
    byJob ? await rightsOf(client, prepared, stores) : { kept: 'configmap', permissions: [] },
  );
  if (plan.refused.length > 0) throw new Refusal(plan.refused.join('; '));
  const shown = await confirmed(plan, options);
  if (!shown) for (const warning of plan.warnings) say(`note: ${warning}`);
  // A person takes their time: meanwhile a pod may have got another role.
  else if (planDigest(prepare(found.value, await find(), given)) !== planDigest(prepared))
    throw new Refusal('what would run has changed since the plan was shown; nothing was started');
  return start(client, prepared, stores, options);
}

/** What destroys is begun by the cluster's name. Whether the plan was shown. */
async function confirmed(plan: Plan, { confirm: given }: RunOptions): Promise<boolean> {
  if (plan.effect !== 'destroy' && given === undefined) return false;
  const { definition, cluster } = plan;
  const { name } = cluster;
  let shown = false;
  await confirm({
    word: name,
    given,
    prompt: `Type ${name} to run it: `,
    otherwise: 'nothing was started',
    how: `${definition} destroys: to run it on ${name}, say so with --confirm ${word(name)}`,
    show: () => {
      say(shortPlanText(plan).trimEnd());
      shown = true;
    },
  });
  return shown;
}

async function rightsOf(client: KubeClient, prepared: Prepared, stores: Stores) {
  const { kept, group } = await storeForNew(stores, client, prepared.cluster.ref.namespace);
  const questions = accessQuestions(prepared, kept, group);
  const permissions = await permissionsOf(client, questions);
  return { kept, permissions };
}

async function dryRun(
  client: KubeClient,
  prepared: Prepared,
  stores: Stores,
  offers: ReadonlyMap<string, Offer>,
  options: RunOptions,
): Promise<ExitCode> {
  const plan = toPlan(prepared, {
    ...(await rightsOf(client, prepared, stores)),
    offers,
    ...(options.name ? { name: options.name } : {}),
    ...(options.file ? { file: options.file } : {}),
  });
  if (options.output === 'text') show(planText(plan));
  else
    await print(
      {
        apiVersion: 'opsdeck.dev/v1alpha1',
        kind: 'Plan',
        metadata: { name: plan.definition },
        ...plan,
        parameters: prepared.parameters,
      },
      options.output,
    );
  return plan.refused.length > 0 ? EXIT.usage : EXIT.ok;
}

async function start(client: KubeClient, prepared: Prepared, stores: Stores, options: RunOptions): Promise<ExitCode> {
  const engine = makeEngine(client, systemClock, thisProcess(), stores);
  const quiet = options.output !== 'text';
  const telling = { told: new Told(), events: events({ quiet }) };
  const { signal, dispose } = interruption();
  heeded();
  try {
    const { handle, ending } = await launch(
      engine,
      prepared,
      stores.forNew,
      {
        ...(options.name ? { name: options.name } : {}),
        ...telling,
        adoptTwin: options.name === undefined,
        alone: true,
        onKept: ({ ref, store }) =>
          say(`${ref.name} on ${ref.namespace}/${prepared.cluster.name} (kept as ${KEPT_WORDS[store.kept]})`),
      },
      signal,
    );
    const { stored } = handle;
    if (!stored) {
      say(handle.unsure ? doubtful(handle.ref) : NOT_STARTED);
      return EXIT.interrupted;
    }
    if (ending.ending === 'vanished') throw new Refusal(`${ending.why}; what it had started may go on`, EXIT.unknown);
    if (ending.ending === 'over' || ending.ending === 'unknown' || ending.ending === 'stopped') {
      return await tell(stored, ending.ending, options);
    }
    if (ending.ending === 'incapable') say(ending.why);
    return await goOnWith(engine, stored, telling, options, ending.ending !== 'incapable', true);
  } catch (error) {
    if (error instanceof BrokenOff) {
      const { cause, stored, message } = error;
      if (!(cause instanceof KubeError) || signal.aborted) throw new Refusal(message, EXIT.unknown);
      return await goOnWith(engine, stored, telling, { ...options, unwritable: cause.message }, true);
    }
    if (error instanceof Orphan) {
      const { stored } = error;
      say(
        `${stored.ref.name} is the same operation, left behind by its engine: going on with it (give --name to start another)`,
      );
      return await goOnWith(engine, stored, telling, options, true);
    }
    if (error instanceof HandedOver) {
      say(`${error.stored.ref.name} was made; an operator has to execute it (${error.message})`);
      return await goOnWith(engine, error.stored, telling, options, false);
    }
    if (error instanceof Exists && options.name)
      return await sameName(engine, prepared, options.name, telling, options, signal);
    if (!signal.aborted) throw error;
    say(NOT_STARTED);
    return EXIT.interrupted;
  } finally {
    dispose();
  }
}

/** Milliseconds that an engine takes at most from making a run to its journal, and between looks at that. */
const BEGIN_MS = 15_000;
const LOOK_MS = 200;

const isUnsaid = (stored: Stored | undefined): boolean =>
  stored?.madeByEngine === true && !stored.journal && !stored.unreadable;

/** `--name` is a key: the same command line again goes on with the run, another one is refused. */
async function sameName(
  engine: Engine,
  prepared: Prepared,
  name: string,
  telling: Narration,
  options: RunOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { namespace } = prepared.cluster.ref;
  let found = await findRun(engine.stores, namespace, name, signal);
  // Whoever made it a moment ago is about to say in it what it is.
  const { clock } = engine;
  for (const until = clock.monotonic() + BEGIN_MS; isUnsaid(found?.stored) && clock.monotonic() < until; ) {
    await sleep(clock, LOOK_MS, signal);
    if (signal.aborted) {
      say(`${NOT_STARTED}: ${name} is there already, and may go on`);
      return EXIT.interrupted;
    }
    found = await findRun(engine.stores, namespace, name, signal);
  }
  const journal = found?.stored.journal;
  const same =
    journal?.definition.digest === prepared.definition.digest &&
    journal.cluster.uid === prepared.cluster.ref.uid &&
    JSON.stringify(journal.parameters) === JSON.stringify(prepared.parameters);
  if (!found || !same) {
    throw new Refusal(
      `${name} is taken in namespace ${namespace}${found ? ' by another run' : ''}; give another --name`,
    );
  }
  say(`${name} is there already: going on with it`);
  return goOnWith(engine, found.stored, telling, options, true);
}

async function goOnWith(
  engine: Engine,
  stored: Stored,
  telling: Narration,
  options: RunOptions,
  executes: boolean,
  made = false,
): Promise<ExitCode> {
  const store = storeOf(engine.stores, stored);
  if (!store) throw new Refusal(`${stored.ref.name} can't be followed here; try: ${howToFollow(stored)}`, EXIT.unknown);
  return stay({ engine, store, stored }, { ...options, readonly: !executes, made }, telling);
}

async function tell(stored: Stored, end: 'over' | 'unknown' | 'stopped', options: RunOptions): Promise<ExitCode> {
  say(verdict(stored, end));
  if (options.output !== 'text') await print(document(stored), options.output);
  return end === 'stopped' ? EXIT.interrupted : exitCodeOf(stored);
}
