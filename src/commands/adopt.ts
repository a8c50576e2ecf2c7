/** `opsdeck adopt`: shows what a run of somebody else would execute, takes it over on the word, and goes on with it. */
import { lookAt, adopt as takeOver } from '../../engine/ops/adopt.ts';
import { toPlan } from '../../engine/ops/plan.ts';
import { findClusterBy } from '../../engine/ops/request.ts';
import { accessQuestions, permissionsOf } from '../../engine/ops/rights.ts';
import { withClient } from '../client.ts';
import { type ExitCode, Refusal } from '../exit.ts';
import { providers } from '../providers.ts';
import { confirm } from '../run/confirm.ts';
import { readDefinitionFile } from '../run/file.ts';
import { planText } from '../run/plan.ts';
import { oneNamespace, openRun, type StayOptions, stay } from '../run/stay.ts';
import { say } from '../tell.ts';

interface AdoptOptions extends StayOptions {
  file?: string;
  confirm?: string;
}

const WORD = 'adopt';

export async function adopt([name = '']: string[], options: AdoptOptions): Promise<ExitCode> {
  oneNamespace(options);
  if (options.readonly) throw new Refusal('--readonly changes nothing');
  if (options.confirm !== undefined && options.confirm !== WORD) throw new Refusal(`--confirm takes the word ${WORD}`);
  const given = options.file === undefined ? undefined : await readDefinitionFile(options.file, undefined);
  return withClient(options, async (client) => {
    const { engine, store, stored } = await openRun(client, name);
    const find = findClusterBy(client, await providers(process.env));
    const adoption = await refusing(() => lookAt(client, find, stored, given));
    const questions = accessQuestions(adoption.prepared, stored.kept, stored.ref.group);
    const permissions = await permissionsOf(client, questions);
    const plan = toPlan(adoption.prepared, { kept: stored.kept, permissions, name });
    const { holder } = adoption.journal;
    say(planText(plan).trimEnd());
    for (const claim of adoption.claims) say(`  so far, as its journal claims: ${claim}`);
    say(`  written by: ${holder ? `${holder.identity}, as it says` : 'nobody who can be named'}`);
    if (plan.refused.length > 0) throw new Refusal(plan.refused.join('; '));
    await confirm({
      word: WORD,
      given: options.confirm,
      prompt: `Type ${WORD} to take it over: `,
      otherwise: `${name} is not taken over`,
      how: `to take ${name} over: --confirm ${WORD}`,
    });
    const { identity } = engine.identity;
    const taken = await refusing(() => takeOver(engine, store, adoption, identity));
    say(`${name}: adopted by ${identity}`);
    return stay({ engine, store, stored: taken }, options);
  });
}

/** What can't be done is told in one line. */
async function refusing<T>(what: () => Promise<T>): Promise<T> {
  try {
    return await what();
  } catch (error) {
    if (error instanceof Error && error.name === 'Error') throw new Refusal(error.message);
    throw error;
  }
}
