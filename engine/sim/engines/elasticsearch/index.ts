/** Elasticsearch 8: shards over nodes, the REST API as curl sees it, and the two tools of the custom-ops design. */
import type { Clock } from '../../clock.ts';
import type { Host, Image, Tool } from '../../node/tool.ts';
import { curl } from '../curl.ts';
import type { Groups } from '../group.ts';
import { serveWeb } from '../web.ts';
import { nodeLeft, settle } from './allocation.ts';
import { failure } from './reply.ts';
import { type Answered, type Asked, respond } from './rest.ts';
import { colorOfAll, elasticOf } from './state.ts';
import { resetPassword, shardTool } from './tools.ts';

export { corrupt, elasticOf } from './state.ts';

/** Requests without a name are let in: there is no secret here. A wrong password is refused. */
function stranger(asked: Asked, passwords: Map<string, string>, authorization: string): Answered | undefined {
  const basic = /^Basic (.+)$/.exec(authorization)?.[1];
  if (basic === undefined) return undefined;
  const [user = '', password = ''] = Buffer.from(basic, 'base64').toString().split(/:(.*)/s);
  if (passwords.get(user) === password) return undefined;
  const challenges = ['Basic realm="security", charset="UTF-8"', 'ApiKey'];
  const { reply } = failure(
    401,
    'security_exception',
    `unable to authenticate user [${user}] for REST request [${asked.url}]`,
    { header: { 'WWW-Authenticate': challenges } },
  );
  return {
    status: 401,
    body: JSON.stringify(reply.body),
    type: 'application/json',
    headers: { 'WWW-Authenticate': challenges[0] ?? '' },
  };
}

export function elasticEngine(clock: Clock, groups: Groups, pace: number): Image[] {
  groups.listen((group, member, event) => {
    if (!group.data.has('elastic')) return;
    if (event === 'down') nodeLeft(group, member.name, clock.now());
    // What comes to it begins now, not when somebody asks.
    settle(group, clock.now(), pace);
  });
  const answer = async (
    host: Host,
    asked: Asked,
    authorization: string,
    sleep: (ms: number) => Promise<void>,
  ): Promise<Answered | undefined> => {
    const group = groups.of(host);
    const member = group.members.get(host.name);
    if (!member?.up) return undefined;
    const { passwords } = elasticOf(group, clock.now());
    const refused = stranger(asked, passwords, authorization);
    return refused ?? respond(asked, { group, member, now: () => clock.now(), pace, sleep });
  };

  const client = curl(async (call, request) => {
    const pod = call.resolve(request.host);
    if (!pod) return 'no host';
    if (request.port !== 9200) return 'refused';
    const { method, path: url, body, headers } = request;
    const asked = { method, url, body, contentType: headers.get('content-type') };
    return (await answer(pod, asked, headers.get('authorization') ?? '', (ms) => call.sleep(ms))) ?? 'refused';
  });

  const listener: Image['listener'] = (host, port) => {
    if (port !== 9200 || !groups.of(host).members.get(host.name)?.up) return undefined;
    return serveWeb(async ({ method, path, body, contentType, authorization }) => {
      const asked = { method, url: path, body, contentType };
      const wait = (ms: number) => new Promise<void>((done) => void clock.after(ms, done));
      const said = await answer(host, asked, authorization, wait);
      return said ?? { status: 503, body: '', type: 'text/plain; charset=UTF-8', headers: {} };
    });
  };

  const server: Tool = async (call) => {
    const { group, member, stop } = groups.start(call.host);
    const say = (text: string) =>
      call.out(
        `${JSON.stringify({ '@timestamp': new Date(clock.now()).toISOString(), 'log.level': 'INFO', message: text, 'ecs.version': '1.2.0', 'elasticsearch.node.name': member.name })}\n`,
      );
    say('version[8.15.3], pid[1], build[simulated]');
    say('started');
    while (!call.signal.aborted) {
      await call.sleep(20_000);
      if (!call.signal.aborted)
        say(`cluster health is [${colorOfAll(elasticOf(group, clock.now()).shards).toUpperCase()}]`);
    }
    stop();
    return 0;
  };

  return [
    {
      match: /elasticsearch/,
      entrypoint: ['elasticsearch'],
      tools: {
        elasticsearch: server,
        'elasticsearch-reset-password': resetPassword(clock, groups, pace),
        'elasticsearch-shard': shardTool(clock, groups, pace),
        curl: client,
      },
      listener,
    },
  ];
}
