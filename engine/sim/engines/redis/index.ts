import type { Clock } from '../../clock.ts';
import type { Image } from '../../node/tool.ts';
import { redisCli } from './cli.ts';
import { execute } from './commands.ts';
import { serveRedis } from './resp.ts';
import { redisSentinel } from './sentinel.ts';
import { sentinelCommand } from './sentinelCommands.ts';
import { redisServer } from './server.ts';
import { type RedisPace, RedisWorld } from './world.ts';

export { type RedisNode, RedisWorld } from './world.ts';

/** redis, redis cluster and sentinel. The world is what the tools of all its pods share. */
export function redisEngine(clock: Clock, pace: Partial<RedisPace> = {}): { world: RedisWorld; images: Image[] } {
  const world = new RedisWorld(clock, pace);
  const tools = {
    'redis-cli': redisCli(world),
    'redis-server': redisServer(world),
    'redis-sentinel': redisSentinel(world),
  };
  const listener: Image['listener'] = (host, port, resolve) => {
    const node = world.at(host.ip, port) ?? world.inPod(host.uid, port);
    if (node)
      return (socket) => {
        const connection = { world, node, resolve: (name: string) => resolve(name)?.ip };
        serveRedis(socket, (argv) => execute(connection, argv));
      };
    if (sentinelCommand(world, host, port, ['ping']) === undefined) return undefined;
    return (socket) => serveRedis(socket, (argv) => sentinelCommand(world, host, port, argv) ?? null);
  };
  return {
    world,
    images: [
      { match: /sentinel/, entrypoint: ['redis-sentinel'], tools, listener },
      { match: /(^|\/)redis-?(cli|tools)$/, tools },
      { match: /redis|valkey/, entrypoint: ['redis-server'], tools, listener },
    ],
  };
}
