/** `opsdeck cancel`: asks for the end of a run and stays until it has come; ends it itself where its engine is gone. */
import { isOver } from '../../engine/ops/journal.ts';
import { withClient } from '../client.ts';
import { EXIT, type ExitCode, Refusal } from '../exit.ts';
import { oneNamespace, openRun, type StayOptions, stay } from '../run/stay.ts';
import { say } from '../tell.ts';

export async function cancel([name = '']: string[], options: StayOptions): Promise<ExitCode> {
  oneNamespace(options);
  if (options.readonly) throw new Refusal('--readonly changes nothing');
  return withClient(options, async (client) => {
    const found = await openRun(client, name);
    const { store, stored, engine } = found;
    const { journal, ref } = stored;
    if (journal && isOver(journal))
      throw new Refusal(`${name} is over: ${journal.phase}${journal.message ? `: ${journal.message}` : ''}`);
    // Before anything is written: an end that was asked for would cut short what a later word on the outcome starts again.
    if (journal?.phase === 'Unknown') {
      throw new Refusal(
        `${name} waits for a word on its unknown outcome: opsdeck resolve ${name} happened|did-not|abort --reason TEXT`,
      );
    }
    await store.requestCancel(ref, engine.identity.identity);
    say(`${name}: asked for its end`);
    const asked = (await store.read(ref)) ?? stored;
    const code = await stay({ engine, store, stored: asked }, options);
    if (code !== EXIT.failed) return code;
    return (await store.read(ref))?.journal?.phase === 'Cancelled' ? EXIT.ok : EXIT.failed;
  });
}
