/** `opsdeck resolve`: a person's word on an unknown outcome, kept with its reason; the run then goes on. */
import { decide, type Word } from '../../engine/ops/decide.ts';
import { isOver } from '../../engine/ops/journal.ts';
import { withClient } from '../client.ts';
import { type ExitCode, Refusal } from '../exit.ts';
import { oneNamespace, openRun, type StayOptions, stay } from '../run/stay.ts';
import { exitCodeOf, verdict } from '../run/story.ts';
import { say } from '../tell.ts';

interface ResolveOptions extends StayOptions {
  reason: string;
}

const WORDS: readonly string[] = ['happened', 'did-not', 'abort'] satisfies Word[];

export async function resolve([name = '', word = '']: string[], options: ResolveOptions): Promise<ExitCode> {
  oneNamespace(options);
  if (!WORDS.includes(word)) throw new Refusal(`"${word}" is none of ${WORDS.join(', ')}`);
  if (options.readonly) throw new Refusal('--readonly changes nothing');
  return withClient(options, async (client) => {
    const { engine, store, stored } = await openRun(client, name);
    const { identity } = engine.identity;
    let next = stored;
    try {
      next = await decide(engine, store, stored, word as Word, identity, options.reason);
    } catch (error) {
      if (error instanceof Error && error.name === 'Error') throw new Refusal(error.message);
      throw error;
    }
    if (next.journal && isOver(next.journal)) {
      say(verdict(next, 'over'));
      return exitCodeOf(next);
    }
    say(`${name}: ${word}; it goes on`);
    return stay({ engine, store, stored: next }, options);
  });
}
