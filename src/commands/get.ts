/** `opsdeck get`: lists for people and scripts, printed as kubectl prints. */
import stringWidth from 'string-width';
import { suggestion } from '../../engine/expr/nearest.ts';
import { LookupError } from '../../engine/inventory/find.ts';
import { scopeOf, withClient } from '../client.ts';
import { EXIT, type ExitCode, Refusal } from '../exit.ts';
import type { Answer, Kind } from '../get/kind.ts';
import { KINDS } from '../get/kinds.ts';
import { document, rowsOf, table } from '../get/print.ts';
import type { GlobalOptions } from '../options.ts';
import { providers } from '../providers.ts';
import { say, show } from '../tell.ts';
import { toYaml } from '../yaml.ts';

interface GetOptions extends GlobalOptions {
  output: 'table' | 'wide' | 'json' | 'yaml' | 'name';
  selector?: string;
  cluster?: string;
  headers: boolean;
}

function kindCalled(what: string): Kind {
  const kind = KINDS.find((each) => each.names.includes(what.toLowerCase()));
  if (kind !== undefined) return kind;
  const known = KINDS.flatMap((each) => each.names[0] ?? []);
  throw new Refusal(`get knows no "${what}"${suggestion(what, known)}`);
}

async function print(answer: Answer, kind: Kind, options: GetOptions, namespace: string | null, named: boolean) {
  const { output } = options;
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify(document(answer, named), null, 4)}\n`);
  } else if (output === 'yaml') {
    process.stdout.write(await toYaml(document(answer, named)));
  } else if (answer.items.length === 0) {
    if (answer.blind) return;
    const where = namespace === null ? '' : ` in namespace ${namespace}`;
    say(`No ${kind.names[0]} found${where}.`);
  } else if (output === 'name') {
    show(answer.items.map((item) => `${item.name}\n`).join(''));
  } else {
    const how = { wide: output === 'wide', namespaces: namespace === null, headers: options.headers };
    show(table(rowsOf(kind, answer.items, how), stringWidth));
  }
}

export async function get([what = '', name]: string[], options: GetOptions): Promise<ExitCode> {
  const kind = kindCalled(what);
  if (name !== undefined && options.allNamespaces) {
    throw new Refusal('a name belongs to one namespace; leave -A out, or leave the name out');
  }
  if (name !== undefined && options.selector !== undefined) throw new Refusal('use a name or -l, not both');
  return withClient(options, async (client) => {
    const namespace = scopeOf(client, options);
    const { selector, cluster, output } = options;
    const whole = output === 'json' || output === 'yaml';
    try {
      const answer = await kind.read(
        { client, providers: await providers(process.env) },
        { namespace, name, selector, cluster, whole },
      );
      await print(answer, kind, options, namespace, name !== undefined);
      for (const { why } of answer.denied) say(`opsdeck: ${why}`);
      if (answer.blind && namespace === null) say('opsdeck: name a namespace that you may see: -n NAME');
      return answer.blind ? EXIT.usage : answer.failed ? EXIT.failed : EXIT.ok;
    } catch (error) {
      throw error instanceof LookupError ? new Refusal(error.message) : error;
    }
  });
}
