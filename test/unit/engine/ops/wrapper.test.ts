/** The real scripts, run by real shells in a directory of this machine. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { test as base, describe, expect } from 'vitest';
import {
  attemptDir,
  contactArgv,
  type Frame,
  FrameReader,
  followArgv,
  killArgv,
  readContact,
  startArgv,
} from '../../../../engine/ops/wrapper/wrapper.ts';

const shells = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([name]) => {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`]);
    return true;
  } catch {
    return false;
  }
});

interface Place {
  home: string;
  children: ChildProcess[];
}

/** Each test has a directory and processes of its own, so that they can run beside each other. */
const test = base.extend<{ at: Place }>({
  at: async ({ task: _ }, use) => {
    const at: Place = { home: mkdtempSync(join(tmpdir(), 'wrapper-')), children: [] };
    await use(at);
    for (const child of at.children) child.kill('SIGKILL');
    rmSync(at.home, { recursive: true, force: true });
  },
});

interface Answer {
  out: string;
  err: string;
  frames: Frame[];
  state: string;
  garbled: string | undefined;
}

/** Runs one exec's argv with `shell` in place of sh; `cut` ends the connection (not the command) at the first frame that it accepts. */
function exec(at: Place, shell: string[], argv: string[], cut?: (frame: Frame) => boolean): Promise<Answer> {
  const [file, ...args] = [...shell, ...argv.slice(1)];
  const child = spawn(file ?? '', args, {
    env: { ...process.env, TMPDIR: at.home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  at.children.push(child);
  const reader = new FrameReader();
  const answer: Answer = { out: '', err: '', frames: [], state: 'cut', garbled: undefined };
  return new Promise((resolve, reject) => {
    let over = false;
    child.stdout?.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (over) return;
        answer.frames.push(frame);
        if (frame.kind === 'output') answer[frame.stream] += Buffer.from(frame.bytes).toString('latin1');
        if (frame.kind === 'end')
          answer.state = [frame.at.state, 'code' in frame.at ? frame.at.code : []].flat().join(' ');
        if (cut?.(frame)) {
          over = true;
          child.kill('SIGKILL');
        }
      }
    });
    child.on('error', reject);
    child.on('close', () => {
      answer.garbled = reader.garbled;
      resolve(answer);
    });
  });
}

async function contact(at: Place, shell: string[]): Promise<string> {
  const [file, ...args] = [...shell, ...contactArgv('t1').slice(1)];
  const text = execFileSync(file ?? '', args, { env: { ...process.env, TMPDIR: at.home }, encoding: 'utf8' });
  const answer = readContact(text, 't1');
  if (answer?.kind !== 'dir') throw new Error(text);
  return answer.dir;
}

const none = { out: 0, err: 0 };

test('an answer to the first contact counts when it is whole and of this run', () => {
  const whole = 'dir /tmp/opsdeck-run-1-0a1b\n';
  expect(readContact(whole, 'run-1-0a1b')).toEqual({ kind: 'dir', dir: '/tmp/opsdeck-run-1-0a1b' });
  for (let n = 0; n < whole.length; n++) expect(readContact(whole.slice(0, n), 'run-1-0a1b')).toBeUndefined();
  expect(readContact(whole, 'run-1')).toBeUndefined();
  expect(readContact('lacks mkd', 'run-1')).toBeUndefined();
  expect(readContact('lacks mkdir\n', 'run-1')).toEqual({ kind: 'lacks', tool: 'mkdir' });
  expect(readContact('nowhere\n', 'run-1')).toEqual({ kind: 'nowhere' });
});

describe.concurrent.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s', (_name, shell) => {
  test('the run directory is private, new, and made where TMPDIR says', async ({ at }) => {
    const dir = await contact(at, shell);
    expect(dir).toBe(`${at.home}/opsdeck-t1`);
    expect(execFileSync('stat', ['-c', '%a', dir], { encoding: 'utf8' }).trim()).toBe('700');
    // Taken already: another place, never the same directory.
    const second = await contact(at, shell);
    expect(second).not.toBe(dir);
    rmSync(second, { recursive: true });
  });

  test('a command runs with its environment, word for word, and its exit code comes back', async ({ at }) => {
    const dir = attemptDir(await contact(at, shell), 0, 1);
    const script = 'printf "%s|%s|%s" "$OPS_A" "$1" "$(umask)"; echo oops >&2; exit 7';
    const value = `a b'"$(touch ${at.home}/no)\\\n*;`;
    const answer = await exec(
      at,
      shell,
      startArgv(dir, none, { OPS_A: value }, ['sh', '-c', script, 'x', '-- "q" $HOME']),
    );
    const mask = execFileSync('sh', ['-c', 'umask'], { encoding: 'utf8' }).trim();
    expect(answer).toMatchObject({ out: `${value}|-- "q" $HOME|${mask}`, err: 'oops\n', state: 'done 7' });
    expect(existsSync(`${at.home}/no`)).toBe(false);
  });

  test('a command that is not there, or gets no arguments, is a known failure', async ({ at }) => {
    const dir = await contact(at, shell);
    expect((await exec(at, shell, startArgv(attemptDir(dir, 0, 1), none, {}, ['no-such-tool']))).state).toBe(
      'done 127',
    );
    expect((await exec(at, shell, startArgv(attemptDir(dir, 0, 2), none, {}, ['false']))).state).toBe('done 1');
  });

  test('of many starters of one attempt one starts it, and all see its one result', async ({ at }) => {
    const dir = attemptDir(await contact(at, shell), 0, 1);
    const argv = startArgv(dir, none, {}, ['sh', '-c', `echo started >>${at.home}/starts; sleep 0.1; echo result`]);
    const answers = await Promise.all(Array.from({ length: 12 }, () => exec(at, shell, argv)));
    expect(readFileSync(`${at.home}/starts`, 'utf8')).toBe('started\n');
    expect(answers.map((a) => [a.state, a.out])).toEqual(answers.map(() => ['done 0', 'result\n']));
  });

  test('the command outlives a connection that is cut, and the log goes on without a gap or a repeat', async ({
    at,
  }) => {
    const dir = attemptDir(await contact(at, shell), 0, 1);
    const script = 'i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo line $i; sleep 0.02; done; exit 3';
    let had = 0;
    const count = (frame: Frame) => {
      if (frame.kind === 'output') {
        expect(frame.offset).toBe(had);
        had += frame.bytes.length;
      }
      return frame.kind === 'output' && had > 40;
    };
    const first = await exec(at, shell, startArgv(dir, none, {}, ['sh', '-c', script]), count);
    expect(first.state).toBe('cut');
    const rest = await exec(at, shell, followArgv(dir, { out: had, err: 0 }));
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i + 1}\n`).join('');
    expect(first.out + rest.out).toBe(lines);
    expect(rest.state).toBe('done 3');
    expect((await exec(at, shell, followArgv(dir, none))).out).toBe(lines);
  });

  test('any bytes come through, also more than one frame holds', async ({ at }) => {
    const dir = attemptDir(await contact(at, shell), 0, 1);
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919 + (i >> 8)) & 255));
    writeFileSync(`${at.home}/payload`, bytes);
    const answer = await exec(at, shell, startArgv(dir, none, {}, ['sh', '-c', `head -c 200000 ${at.home}/payload`]));
    expect(Buffer.from(answer.out, 'latin1').equals(bytes)).toBe(true);
    expect(answer.state).toBe('done 0');
  });

  test('states: never sent, replaced container, dead without a code, a number that now is another process', async ({
    at,
  }) => {
    const run = await contact(at, shell);
    const dir = attemptDir(run, 0, 1);
    expect((await exec(at, shell, followArgv(dir, none))).state).toBe('not-started');
    expect((await exec(at, shell, followArgv(`${at.home}/other/0.1`, none))).state).toBe('gone');
    expect((await exec(at, shell, startArgv(`${at.home}/other/0.1`, none, {}, ['touch', `${at.home}/no`]))).state).toBe(
      'barred',
    );
    expect(existsSync(`${at.home}/no`)).toBe(false);

    const cut = await exec(
      at,
      shell,
      startArgv(dir, none, {}, ['sh', '-c', 'echo up; sleep 30']),
      (f) => f.kind === 'output',
    );
    expect(cut.out).toBe('up\n');
    const [pid] = readFileSync(`${dir}/pid`, 'utf8').split(' ');
    process.kill(-Number(pid), 'SIGKILL');
    expect((await exec(at, shell, followArgv(dir, { out: 3, err: 0 }))).state).toBe('lost');

    // This very process is alive, but it did not start when the pid file says.
    writeFileSync(`${dir}/pid`, `${process.pid} 1\n`);
    expect((await exec(at, shell, followArgv(dir, { out: 3, err: 0 }))).state).toBe('lost');
  });

  test('a target without room for the claim says so and starts nothing', async ({ at }) => {
    const run = await contact(at, shell);
    writeFileSync(join(at.home, 'mkdir'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const argv = startArgv(attemptDir(run, 0, 1), none, {}, ['touch', `${at.home}/no`]);
    const path = shell[0] === 'busybox' ? undefined : `PATH=${at.home}:$PATH;`;
    if (path === undefined) return;
    argv[2] = path + argv[2];
    expect((await exec(at, shell, argv)).state).toBe('unclaimed');
    expect(existsSync(`${at.home}/no`)).toBe(false);
  });

  test('a command that truncates its own output does not stop the log', async ({ at }) => {
    const dir = attemptDir(await contact(at, shell), 0, 1);
    const script = `echo first line; until [ -e ${at.home}/go ]; do sleep 0.02; done; : >/proc/self/fd/1; echo 2`;
    const go = (frame: Frame) => {
      // Not in the moment in which it is read.
      if (frame.kind === 'output' && frame.offset === 0 && frame.bytes.length > 2)
        setTimeout(() => writeFileSync(`${at.home}/go`, ''), 500);
      return false;
    };
    const answer = await exec(at, shell, startArgv(dir, none, {}, ['sh', '-c', script]), go);
    expect(answer).toMatchObject({ out: 'first line\n2\n', state: 'done 0', garbled: undefined });
    expect(answer.frames.some((f) => f.kind === 'truncated')).toBe(true);
  });

  test('a command that truncates its output while that is read: nothing but output is taken for output', async ({
    at,
  }) => {
    const dir = attemptDir(await contact(at, shell), 0, 1);
    const script = `echo first line; until [ -e ${at.home}/go ]; do sleep 0.02; done; : >/proc/self/fd/1; echo 2; : >${at.home}/gone`;
    const argv = startArgv(dir, none, {}, ['sh', '-c', script]);
    const between = `: >${at.home}/go; while [ ! -e ${at.home}/gone ]; do sleep 0.02; done; exec tail`;
    argv[2] = (argv[2] ?? '').replace('exec tail', between);
    const broken = await exec(at, shell, argv);
    expect(broken).toMatchObject({ out: '2\n', state: 'cut', garbled: undefined });
    const rest = await exec(at, shell, followArgv(dir, { out: 2, err: 0 }));
    expect(rest).toMatchObject({ out: '', state: 'done 0' });
  });

  test('kill ends the whole group, names what goes on, and the attempt stays killed', async ({ at }) => {
    const dir = attemptDir(await contact(at, shell), 0, 1);
    const script = `echo up; trap '' TERM; sleep 20 & wait; sleep 20`;
    await exec(at, shell, startArgv(dir, none, {}, ['sh', '-c', script]), (f) => f.kind === 'output');
    const killed = await exec(at, shell, killArgv(dir, 0));
    expect(killed.state).toBe('killed');
    expect((await exec(at, shell, followArgv(dir, none))).state).toBe('killed');
    expect((await exec(at, shell, startArgv(dir, none, {}, ['touch', `${at.home}/no`]))).state).toBe('killed');
    expect(existsSync(`${at.home}/no`)).toBe(false);
  });

  test('a command that answers TERM leaves its own code', async ({ at }) => {
    const dir = attemptDir(await contact(at, shell), 0, 1);
    const script = `trap 'echo cleaned; exit 9' TERM; echo up; while :; do sleep 0.05; done`;
    await exec(at, shell, startArgv(dir, none, {}, ['sh', '-c', script]), (f) => f.kind === 'output');
    expect((await exec(at, shell, killArgv(dir, 5))).state).toBe('done 9');
    expect((await exec(at, shell, followArgv(dir, none))).out).toBe('up\ncleaned\n');
  });

  test('an attempt cancelled before its start can never start', async ({ at }) => {
    const dir = attemptDir(await contact(at, shell), 0, 1);
    expect((await exec(at, shell, killArgv(dir, 1))).state).toBe('never');
    expect((await exec(at, shell, startArgv(dir, none, {}, ['touch', `${at.home}/no`]))).state).toBe('never');
    expect(existsSync(`${at.home}/no`)).toBe(false);
  });
});

/** Processes that work for a container, by what they were started as. */
const working = (home: string): string[] =>
  readdirSync('/proc').flatMap((pid) => {
    try {
      const mine = /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`TMPDIR=${home}\0`);
      return mine ? [readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')] : [];
    } catch {
      return [];
    }
  });

describe.concurrent.each(shells.map((shell) => [shell.join(' '), shell] as const))(
  '%s: a follower whose output nobody takes',
  (_name, shell) => {
    test.each([
      ['in the middle of a frame', 1],
      ['before its first word', 65_536],
    ])(
      'ends %s, and its command goes on',
      async (_when, ahead) => {
        const at: Place = { home: mkdtempSync(join(tmpdir(), 'wrapper-')), children: [] };
        try {
          const dir = attemptDir(await contact(at, shell), 0, 1);
          const argv = startArgv(dir, none, {}, [
            'sh',
            '-c',
            'ulimit -f 200000; printf "%9000d" 0; while :; do echo line; done',
          ]);
          argv[2] = (argv[2] ?? '').replace('sleep 20', 'sleep 0.4');
          // The reader's end of the pipe stays open, and is never read.
          const script = `{ head -c ${ahead} /dev/zero; "$@"; : >${at.home}/over; } | exec tail -f /dev/null`;
          const child = spawn('sh', ['-c', script, 'sh', ...shell, ...argv.slice(1)], {
            env: { ...process.env, TMPDIR: at.home },
            stdio: 'ignore',
            detached: true,
          });
          at.children.push(child);
          while (!existsSync(`${at.home}/over`)) await new Promise((resolve) => setTimeout(resolve, 20));
          const own = ['sleep 0.4', `${shell.join(' ')} -c m=`];
          expect(working(at.home).filter((command) => own.some((head) => command.startsWith(head)))).toEqual([]);
          const [pid = ''] = readFileSync(`${dir}/pid`, 'utf8').split(' ');
          const { size } = statSync(`${dir}/out`);
          await expect.poll(() => statSync(`${dir}/out`).size).toBeGreaterThan(size);
          for (const group of [pid, child.pid]) process.kill(-Number(group), 'SIGKILL');
        } finally {
          rmSync(at.home, { recursive: true, force: true });
        }
      },
      30_000,
    );
  },
);

test('what survives a kill is named', async ({ at }) => {
  const shell = shells[0] ?? ['sh'];
  const dir = attemptDir(await contact(at, shell), 0, 1);
  // A job of its own process group, in the same session.
  const script = 'set -m 2>/dev/null; sleep 7 & echo up; wait';
  await exec(at, ['bash'], startArgv(dir, none, {}, ['bash', '-c', script]), (f) => f.kind === 'output');
  const killed = await exec(at, shell, killArgv(dir, 2));
  const survivor = killed.frames.find((f) => f.kind === 'survivor');
  expect(survivor).toMatchObject({ name: 'sleep' });
  if (survivor?.kind === 'survivor') process.kill(survivor.pid, 'SIGKILL');
});

test('frames read the same however they are cut into pieces, and what is not a frame ends the reading', () => {
  const text = 'O 0 5\nab\ncdR 0 2\nxyH\nT O\nS 17 my tool\nE done 12\n';
  const read = (pieces: Uint8Array[]) => {
    const reader = new FrameReader();
    const seen: string[] = [];
    for (const piece of pieces) {
      for (const f of reader.push(piece)) {
        if (f.kind !== 'output') seen.push(JSON.stringify(f));
        else for (const [i, byte] of f.bytes.entries()) seen.push(`${f.stream}${f.offset + i}=${byte}`);
      }
    }
    return { seen, garbled: reader.garbled };
  };
  const bytes = Buffer.from(text);
  const whole = read([bytes]);
  expect(whole.garbled).toBeUndefined();
  expect(whole.seen.at(-1)).toBe('{"kind":"end","at":{"state":"done","code":12}}');
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      expect(read(edges.slice(1).map((end, i) => bytes.subarray(edges[i], end)))).toEqual(whole);
    }),
  );
  for (const bad of ['sh: not found\n', 'E done\n', 'E done 0x1\n', 'O 1\n', `${'x'.repeat(300)}`, 'O 0 9999999\n']) {
    expect(read([Buffer.from(bad)]).garbled).toBeDefined();
  }
});
