/** Requests whose whole answers are compared with what a real server gave: see golden.ts for how these are recorded. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REAL } from './connection.ts';
import { DEVIATIONS } from './deviations.ts';
import { eventually } from './eventually.ts';
import { Golden, normalise, RECORDING, sortOwners } from './golden.ts';
import type { Answer, Api, Asked } from './server.ts';
import { openApi } from './suite.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request. In the path and body `NS` is the file's namespace, and `UID(name)`, `RV(name)` what an earlier answer of that name had. */
export interface Case extends Omit<Asked, 'body'> {
  name: string;
  method?: Method;
  path: string;
  body?: unknown;
  patch?: 'json' | 'merge' | 'strategic' | 'apply';
  /** Asked again until the answer has this text. */
  until?: string;
  /** Only what a real server's controllers do before the next request: nothing is compared, and elsewhere nothing is asked. */
  settles?: boolean;
  /** Only the code and the message are compared. */
  brief?: boolean;
  /** Beside them, where it is brief, the warnings. */
  warned?: boolean;
  /** What others were asked meanwhile is compared word by word. */
  whole?: boolean;
  /** Sent again until another was asked under this name. */
  asks?: string;
}

/** Others that take part: somebody whom the server asks. */
export interface Partner {
  /** Opens it; words of the cases and what they stand for. */
  open(api: Api, namespace: string): Promise<Record<string, string>>;
  close(): Promise<void>;
  /** What it was asked since the last time, in words that are equal each time. */
  asked(normalised: (text: string) => string, whole: boolean): unknown[];
}

const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** What of an answer is compared: status, warnings, and the body. */
function comparable(answer: Answer, normalised: (text: string) => string, brief = false, warned = !brief): object {
  // A header each; HTTP/2 hands them over as one.
  const warning = warned && answer.headers.warning ? [answer.headers.warning].flat().join(', ') : undefined;
  if (brief) {
    const { kind, message } = answer.body;
    const said = kind === 'Status' ? normalised(String(message ?? '')) : '';
    return { code: answer.code, ...(warning ? { warning: normalised(warning) } : {}), said };
  }
  const text = normalised(answer.text.trim());
  let body: unknown = text;
  try {
    body = sortOwners(JSON.parse(text));
  } catch {
    // Compared as text.
  }
  return { code: answer.code, ...(warning ? { warning: normalised(warning) } : {}), body };
}

/** Runs the cases in order, each a test, in a namespace of their own. `cleanup` names what outlives it. */
export function recorded(
  title: string,
  file: string,
  cases: readonly Case[],
  cleanup: readonly string[] = [],
  partner?: Partner,
): void {
  const api = openApi();
  const golden = new Golden(file);
  const answers = new Map<string, Answer>();
  let ns = '';
  let words: [word: string, value: string][] = [];
  beforeAll(async () => {
    ns = await api.namespace();
    if (partner) words = Object.entries(await partner.open(api, ns));
    for (const path of cleanup) api.cleanup(() => api.delete(path.replaceAll('NS', ns)));
  });
  afterAll(async () => {
    await partner?.close();
    golden.save();
  });

  const normalised = (text: string): string =>
    words
      // What stands for a number is none in an answer.
      .filter(([word]) => !word.startsWith('"'))
      .reduce((made, [word, value]) => made.replaceAll(value, word), normalise(text, ns))
      .replace(/\bkube-api-access-\w{5}\b/g, 'kube-api-access-XXXXX');
  const filled = (text: string): string => {
    const made = text
      .replaceAll('NS', ns)
      .replace(/UID\(([^)]+)\)/g, (_, name: string) =>
        String((answers.get(name)?.body.metadata as { uid?: string })?.uid),
      )
      .replace(/RV\(([^)]+)\)/g, (_, name: string) =>
        String((answers.get(name)?.body.metadata as { resourceVersion?: string })?.resourceVersion),
      );
    return words.reduce((filling, [word, value]) => filling.replaceAll(word, value), made);
  };

  describe(title, () => {
    test.for(cases.map((one) => [one.name, one] as const))('%s', async ([name, one]) => {
      if (one.settles && !REAL) return;
      const {
        method = one.patch ? 'PATCH' : 'GET',
        path,
        body,
        patch,
        until,
        settles,
        brief,
        warned,
        whole,
        asks,
        ...asked
      } = one;
      partner?.asked(normalised, false);
      const sent =
        body === undefined
          ? undefined
          : typeof body === 'string'
            ? filled(body)
            : Buffer.isBuffer(body)
              ? body
              : JSON.parse(filled(JSON.stringify(body)));
      const ask = (): Promise<Answer> =>
        api.call(method, filled(path), {
          ...(patch ? { type: PATCH_TYPES[patch] } : {}),
          ...asked,
          ...(asked.headers ? { headers: JSON.parse(filled(JSON.stringify(asked.headers))) } : {}),
          ...(sent === undefined ? {} : { body: sent }),
        });
      let answer = await ask();
      if (until)
        await eventually(async () => {
          answer = await ask();
          expect(answer.text).toContain(filled(until));
        });
      if (asks)
        await eventually(async () => {
          answer = await ask();
          expect(partner?.asked(normalised, false).map((one) => String(one).split(' ')[0])).toContain(asks);
        });
      answers.set(name, answer);
      if (settles) return;
      const shown = comparable(answer, normalised, brief, warned);
      const heard = partner?.asked(normalised, whole === true) ?? [];
      const made = heard.length > 0 ? { ...shown, asked: heard } : shown;
      const wanted = golden.expected(name, made);
      const deviation = REAL || RECORDING ? undefined : DEVIATIONS[`${file.replace('.txt', '')}: ${name}`];
      // A deviation that has gone must leave the list.
      if (deviation) expect(made, `listed as a deviation (${deviation}) but equal`).not.toEqual(wanted);
      else expect(made).toEqual(wanted);
    });
  });
}
