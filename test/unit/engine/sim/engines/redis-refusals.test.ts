import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../../../../engine/sim/clock.ts';
import { redisEngine } from '../../../../../engine/sim/engines/redis/index.ts';
import { bench, printed } from './bench.ts';
// What redis-cli 7.0.15 printed of a server, a cluster's node and a sentinel that it asked for what they refuse.
import recorded from './redis-refusals.recorded.json' with { type: 'json' };

const words = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

describe('redis-cli, refused', () => {
  it('says what real servers said', async () => {
    const clock = virtualClock();
    const engine = redisEngine(clock);
    const pods = bench(clock, engine.images);
    const host = pods.host('plain');
    pods.start(host, 'local/redis:7', ['redis-server']);
    pods.start(pods.host('cluster'), 'local/redis:7', ['redis-server', '--cluster-enabled', 'yes']);
    pods.files.set('/s.conf', `sentinel monitor mymaster ${host.ip} 6379 1\n`);
    pods.start(pods.host('sentinel'), 'local/redis-sentinel:7', ['redis-sentinel', '/s.conf']);
    await pods.settle();
    const ports: Record<string, string> = { plain: '6379', cluster: '6379', sentinel: '26379' };
    const id = engine.world.at(pods.host('cluster').ip, 6379)!.id;
    const plain = (text: string) =>
      text
        .replaceAll(id, '{id}')
        .replaceAll(/(127\.0\.0\.1|10\.244\.0\.\d+):(6379|26379|\{\w+\})/g, '<address>')
        .replaceAll(/(127\.0\.0\.1|10\.244\.0\.\d+)\n(6379|7701)$/gm, '<address>');
    for (const { server, run, ...said } of recorded) {
      const told = run.replaceAll('{id}', id).replaceAll('127.0.0.1:{plain}', `${host.ip}:6379`);
      const argv = words(told.replaceAll('127.0.0.1:{cluster}', `${pods.host('cluster').ip}:6379`));
      const got = await pods.run(server, 'local/redis:7', ['redis-cli', '-p', ports[server]!, ...argv]);
      expect.soft({ server, run, ...printed(got, plain) }).toEqual({ server, run, ...printed(said, plain) });
    }
  });

  it('asks for the password where the server has one', async () => {
    const engine = redisEngine(virtualClock());
    const pods = bench(virtualClock(), engine.images);
    pods.start(pods.host('r'), 'local/redis:7', ['redis-server', '--requirepass', 'sesame']);
    await pods.settle();
    const cli = (args: string) => pods.run('r', 'local/redis:7', ['redis-cli', ...args.split(' ')]);
    const warning =
      "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n";
    const refused = 'NOAUTH Authentication required.\n\n';
    expect(await cli('ping')).toEqual({ out: refused, err: '', code: 0 });
    expect((await cli('get')).out).toBe("ERR wrong number of arguments for 'get' command\n\n");
    expect((await cli('info server')).out).toBe('NOAUTH Authentication required.\n');
    expect(await cli('-a wrong ping')).toEqual({
      out: refused,
      err: `${warning}AUTH failed: WRONGPASS invalid username-password pair or user is disabled.\n`,
      code: 0,
    });
    expect(await cli('-a sesame ping')).toEqual({ out: 'PONG\n', err: warning, code: 0 });
    expect(await cli('-a sesame --no-auth-warning ping')).toEqual({ out: 'PONG\n', err: '', code: 0 });
    expect((await cli('auth wrong')).out).toBe('WRONGPASS invalid username-password pair or user is disabled.\n\n');
    expect((await cli('auth default sesame')).out).toBe('OK\n');
  });
});
