import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../../../../engine/sim/clock.ts';
import { makeEngines } from '../../../../../engine/sim/engines/index.ts';
import { bench, printed } from './bench.ts';
// What psql 15 printed of a primary and its standby, asked for what is there and what is not.
import recorded from './postgres.recorded.json' with { type: 'json' };

const IMAGE = 'local/postgres:15';

async function pair() {
  const clock = virtualClock();
  const pods = bench(clock, makeEngines(clock).images, { 'app.kubernetes.io/instance': 'pg' });
  for (const name of ['pg-0', 'pg-1']) {
    pods.start(pods.host(name), IMAGE, []);
    await pods.settle();
  }
  return pods;
}

describe('psql', () => {
  it('says what a real one said, through a whole session', async () => {
    const pods = await pair();
    await pods.run('pg-0', IMAGE, ['psql', '-c', 'create table kept (i int)', '-c', 'drop database app']);
    const plain = (text: string) =>
      text
        .replace(/(127\.0\.0\.1|localhost)/g, '<host>')
        .replace(/77\d\d|5432/g, '<port>')
        .replace(/\/usr\/lib\/postgresql\/15\/bin\//g, '')
        .replace(/0\/[0-9A-F]+/g, '<lsn>');
    for (const { server, run, ...said } of recorded) {
      const pod = server === 'primary' ? 'pg-0' : 'pg-1';
      const got = await pods.run(pod, IMAGE, [
        'psql',
        '-X',
        '-h',
        '127.0.0.1',
        '-U',
        'postgres',
        '-d',
        'postgres',
        ...run,
      ]);
      expect.soft({ server, run, ...printed(got, plain) }).toEqual({ server, run, ...printed(said, plain) });
    }
  });

  it('goes on after an error in a file, tells where it was, and stops if it is told to', async () => {
    const pods = await pair();
    const text = 'select 1;\nselec 2;\nselect 3;\n';
    pods.files.set('s.sql', text);
    const row = (n: number) => ` ?column? \n----------\n        ${n}\n(1 row)\n\n`;
    const complaint = 'ERROR:  syntax error at or near "selec"\nLINE 1: selec 2;\n        ^\n';
    const psql = (args: string[], stdin?: string) => pods.run('pg-0', IMAGE, ['psql', ...args], stdin);
    expect(await psql(['-f', 's.sql'])).toEqual({ out: row(1) + row(3), err: `psql:s.sql:2: ${complaint}`, code: 0 });
    expect(await psql([], text)).toEqual({ out: row(1) + row(3), err: complaint, code: 0 });
    const stop = ['-v', 'ON_ERROR_STOP=1'];
    expect(await psql([...stop, '-f', 's.sql'])).toEqual({ out: row(1), err: `psql:s.sql:2: ${complaint}`, code: 3 });
    expect(await psql(['-c', 'select 1; selec 2; select 3'])).toEqual({
      out: '',
      err: 'ERROR:  syntax error at or near "selec"\nLINE 1: select 1; selec 2; select 3\n                  ^\n',
      code: 1,
    });
    expect((await psql(['-c', 'select a from b join c using (d)'])).err).toBe(
      'ERROR:  this statement is not simulated\n',
    );
  });
});
