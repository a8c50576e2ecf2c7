import { entriesIn, forget } from '../conversion/convert.ts';
import { badRequest, failure, tooLargeResourceVersion } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import { type View, viewList, viewObject } from '../render.ts';
import type { ResourceInfo } from '../resources/info.ts';
import { current } from '../verbs/common.ts';
import { badRevision, checkListOptions, type ListOptions, type ListResult, list, revisionOf } from '../verbs/list.ts';
import { parseSelectors, selectionFrom } from '../verbs/select.ts';
import type { WatchStart } from '../verbs/watch.ts';
import { known } from '../work.ts';
import { CONTENT_TYPE, checkForm, negotiate } from './negotiate.ts';
import { isTrue } from './options.ts';
import { sendBytes } from './reply.ts';
import type { Target } from './request.ts';
import type { Call } from './server.ts';
import { streamWatch } from './stream.ts';

/** What of a list's options the query must say in the right form; in the order a real server looks at them. */
function parsedOptions(call: Call): { limit: number; timeout: number; selectors: ReturnType<typeof parseSelectors> } {
  const { query } = call;
  const timeout = integer(query.get('timeoutSeconds'));
  const limit = integer(query.get('limit'));
  return {
    timeout: Math.max(0, timeout),
    limit: Math.max(0, limit),
    selectors: parseSelectors(query.get('labelSelector') ?? '', query.get('fieldSelector') ?? ''),
  };
}

export function integer(text: string | null): number {
  if (!text) return 0;
  const wrong = (why: string): Error => badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^[+-]?\d+$/.test(text)) throw wrong('invalid syntax');
  const value = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, value) !== value) throw wrong('value out of range');
  return Number(value);
}

export interface CallView extends View {
  /** The content type of the answer. */
  type: string;
  /** Throws 406 or 400 where what was found can't be shown so. It is asked when there is something to show. */
  check(): void;
}

/** How the client wants to see objects; 406 where that is no form of ours. */
export function viewOf(call: Call, info: ResourceInfo, isList: boolean): CallView {
  const form = negotiate(call.request.headers.accept, info.custom !== undefined, isList);
  const include = call.query.get('includeObject') || 'Metadata';
  return {
    ...form,
    include: include as View['include'],
    type: CONTENT_TYPE[form.encoding],
    check() {
      checkForm(form, isList, `*${info.group.split('.')[0] || 'core'}.${isList ? info.listKind : info.kind}`);
      if (form.as === 'table' && include !== 'Metadata' && include !== 'None' && include !== 'Object')
        throw badRequest(
          `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`,
        );
    },
  };
}

/** A revision that a get or a watch names: they say it is wrong as a fault of the server, as the real one does. */
function askedRevision(call: Call): number | undefined {
  const value = call.query.get('resourceVersion') ?? '';
  const revision = value === '' ? undefined : revisionOf(value);
  if (value !== '' && revision === undefined) throw failure(500, '', badRevision(value));
  return revision;
}

export async function answerGet(kernel: Kernel, call: Call, { info, version, namespace, name }: Target): Promise<void> {
  const view = viewOf(call, info, false);
  const least = askedRevision(call) ?? 0;
  if (least > kernel.store.current) throw tooLargeResourceVersion(String(least), kernel.store.current);
  const entry = current(kernel, info, namespace, name);
  view.check();
  forget(info, entry);
  sendBytes(call, 200, await known(() => viewObject(kernel, info, version, entry, view)), view.type);
}

/** A list's options, checked, with the form its answer is wanted in. */
export function listOptions(
  call: Call,
  target: Target,
  watch: boolean,
): { view: CallView; options: ListOptions; timeoutMs: number } {
  const { query } = call;
  const { limit, timeout, selectors } = parsedOptions(call);
  const options = {
    limit,
    continueToken: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    sendInitialEvents: query.get('sendInitialEvents'),
  };
  checkListOptions(options, watch);
  const view = viewOf(call, target.info, !watch);
  const selection = selectionFrom(target.info, target.version, target.namespace, selectors, target.name);
  return { view, options: { ...options, selection }, timeoutMs: timeout * 1000 };
}

/** What a list says of itself. */
export const pageOf = ({ rev, continueToken, remaining }: ListResult) => ({
  resourceVersion: String(rev),
  ...(continueToken ? { continue: continueToken } : {}),
  ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
});

export async function answerList(kernel: Kernel, call: Call, target: Target): Promise<void> {
  const { info, version } = target;
  const { view, options } = listOptions(call, target, false);
  const result = list(kernel.store, info, options);
  view.check();
  const entries = await entriesIn(kernel, info, result.entries, version);
  sendBytes(call, 200, viewList(kernel, info, version, pageOf(result), entries, view), view.type);
}

export function answerWatch(kernel: Kernel, call: Call, target: Target): void {
  const { query } = call;
  const { view, options, timeoutMs } = listOptions(call, target, true);
  view.check();
  const initial = isTrue(query.get('sendInitialEvents'));
  const rev = askedRevision(call);
  const start: WatchStart = initial || !rev ? { kind: 'initial' } : { kind: 'after', rev };
  streamWatch(kernel, call, target, {
    view,
    selection: options.selection,
    start,
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
    markInitial: initial,
    timeoutMs,
  });
}
