/** `opsdeck describe run|cluster`: the story of a run, followed with -f and gone on with where its engine is gone; a cluster as it is. */

import { LookupError } from '../../engine/inventory/find.ts';
import { document } from '../../engine/ops/document.ts';
import { isOver } from '../../engine/ops/journal.ts';
import { withClient } from '../client.ts';
import { EXIT, type ExitCode, Refusal } from '../exit.ts';
import { clusterStory } from '../get/cluster-story.ts';
import { clusters } from '../get/clusters.ts';
import { providers } from '../providers.ts';
import { story } from '../run/describe.ts';
import { print } from '../run/document.ts';
import { oneNamespace, openRun, type StayOptions, stay } from '../run/stay.ts';
import { exitCodeOf } from '../run/story.ts';
import { show } from '../tell.ts';

interface DescribeOptions extends StayOptions {
  follow?: boolean;
  output: 'text' | 'json' | 'yaml';
}

export async function describe([what = '', name = '']: string[], options: DescribeOptions): Promise<ExitCode> {
  oneNamespace(options);
  if (clusters.names.includes(what)) return describeCluster(name, options);
  if (!['run', 'runs', 'opsrequest', 'opsrequests'].includes(what)) {
    throw new Refusal(
      `describe knows runs and clusters, no "${what}"; kubectl describe tells of the API's own objects`,
    );
  }
  return withClient(options, async (client) => {
    const found = await openRun(client, name);
    const { stored } = found;
    const over = stored.journal !== undefined && isOver(stored.journal);
    if (options.follow && !over) return stay(found, options);
    if (options.output === 'text') show(story(stored));
    else await print(document(stored), options.output);
    return options.follow ? exitCodeOf(stored) : EXIT.ok;
  });
}

async function describeCluster(name: string, options: DescribeOptions): Promise<ExitCode> {
  if (options.follow) throw new Refusal('only a run can be followed; the cockpit shows a cluster live');
  return withClient(options, async (client) => {
    const { namespace } = client.target;
    const place = { client, providers: await providers(process.env) };
    try {
      if (options.output === 'text') show(await clusterStory(place, { name, namespace }));
      else {
        const { items } = await clusters.read(place, {
          namespace,
          name,
          selector: undefined,
          cluster: undefined,
          whole: true,
        });
        await print(items[0]?.object ?? {}, options.output);
      }
    } catch (error) {
      throw error instanceof LookupError ? new Refusal(error.message) : error;
    }
    return EXIT.ok;
  });
}
