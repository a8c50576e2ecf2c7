import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCommand } from '../../../../engine/expr/command.ts';
import { envName } from '../../../../engine/expr/environment.ts';

const SEED = [
  'sh',
  '-c',
  'redis-cli --cluster reshard {{HOST}}:{{parameters.port}} --cluster-from {{parameters.nodeId}} --cluster-to {{parameters.nodeId}} --cluster-slots {{parameters.cluster-slots}} --cluster-yes',
];
const seedParameters = { 'cluster-slots': 1024, port: 7000, nodeId: '07c37dfeb235213a872192d90877d0cd55635b91' };

const hostile = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '; touch owned',
    '$(id)',
    '`id`',
    'a b',
    "' x '",
    '" x "',
    '-c',
    '--',
    '\n',
    '',
    '{{HOST}}',
    '*',
    '~',
    '$OPS_X',
    '\\',
  ),
  fc
    .array(fc.constantFrom('a', ' ', "'", '"', '$', '(', ')', '`', ';', '&', '|', '\n', '\\', '-', '{', '}', '#'), {
      maxLength: 12,
    })
    .map((c) => c.join('')),
);

describe('renderCommand', () => {
  it('renders the seed’s command as it was meant', () => {
    const result = renderCommand(SEED, { host: '10.0.0.1', parameters: seedParameters });
    expect(result).toEqual({
      ok: true,
      value: {
        argv: [
          'sh',
          '-c',
          'redis-cli --cluster reshard 10.0.0.1:7000 --cluster-from 07c37dfeb235213a872192d90877d0cd55635b91 --cluster-to 07c37dfeb235213a872192d90877d0cd55635b91 --cluster-slots 1024 --cluster-yes',
        ],
        warnings: [],
      },
    });
  });

  it('gives one element for one element, whatever the values are', () => {
    const template = [
      'kafka-topics.sh',
      '--topic',
      '{{parameters.x}}',
      'a{{parameters.x}}b{{parameters.y}}',
      '{{HOST}}:1',
    ];
    fc.assert(
      fc.property(hostile, hostile, (x, y) => {
        const result = renderCommand(template, { host: 'h', parameters: { x, y } });
        const nul = `${x}${y}`.includes('\0');
        if (nul) expect(result.ok).toBe(false);
        else
          expect(result).toMatchObject({
            ok: true,
            value: { argv: ['kafka-topics.sh', '--topic', x, `a${x}b${y}`, 'h:1'] },
          });
      }),
    );
  });

  it('lets no value out of its word: a real sh reads the rendered script', () => {
    const accepted: { script: string; value: string }[] = [];
    const safe = fc.string({ unit: fc.constantFrom(...'abzAZ09_@%+=:,./-'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(hostile, safe), (value) => {
        for (const script of [
          'printf "%s|" start {{parameters.x}} end',
          "printf '%s|' start '{{parameters.x}}' end",
          'eval printf "%s\\|" start {{parameters.x}} end',
        ]) {
          const result = renderCommand(['sh', '-c', script], { parameters: { x: value } });
          if (result.ok) accepted.push({ script: result.value.argv[2]!, value });
        }
      }),
      { numRuns: 300 },
    );
    expect(accepted.length).toBeGreaterThan(100);
    // One process runs them all, each in a subshell of its own, as `sh -c` would.
    const { stdout } = spawnSync(
      'sh',
      ['-c', 'for s in "$@"; do sh -c "$s"; echo; done', 'sh', ...accepted.slice(0, 150).map((a) => a.script)],
      { encoding: 'utf8' },
    );
    const lines = stdout.split('\n').slice(0, -1);
    expect(lines).toEqual(accepted.slice(0, 150).map((a) => `start|${a.value}|end|`));
  });

  it.each([
    [['sh', '-c', 'x {{parameters.v}}']],
    [['/bin/sh', '-ec', 'x {{parameters.v}}']],
    [['bash', '-lc', 'x {{parameters.v}}']],
    [['bash', '-c', '-e', 'x {{parameters.v}}']],
    [['bash', '-o', 'pipefail', '-c', 'x {{parameters.v}}']],
    [['bash', '-euo', 'pipefail', '-c', 'x {{parameters.v}}']],
    [['bash', '--norc', '-c', '--', 'x {{parameters.v}}']],
    [['ash', '-c', 'x {{parameters.v}}']],
    [['dash', '-c', 'x {{parameters.v}}']],
    [['busybox', 'sh', '-c', 'x {{parameters.v}}']],
    [['env', 'A=b', 'sh', '-c', 'x {{parameters.v}}']],
    [['/usr/bin/env', '-S', 'sh -c {{parameters.v}}']],
    [['env', '--split-string=x {{parameters.v}}']],
    [['timeout', '5', 'sh', '-c', 'x {{parameters.v}}']],
    [['xargs', '-I{}', 'sh', '-c', 'x {{parameters.v}}']],
    [['su', 'postgres', '-c', 'x {{parameters.v}}']],
    [['su', '-', 'omm', '--command=x {{parameters.v}}']],
    [['runuser', '-u', 'x', '--', 'bash', '-c', 'x {{parameters.v}}']],
    [['ssh', 'host', 'x', '{{parameters.v}}']],
    [['watch', 'x', '{{parameters.v}}']],
    [['kubectl', 'exec', 'p', '--', 'sh', '-c', '{{parameters.v}}']],
    [['python3', '-c', 'print("{{parameters.v}}")']],
    [['python3.11', '-Bc', 'print("{{parameters.v}}")']],
    [['perl', '-ne', 'print "{{parameters.v}}"']],
    [['awk', '{print "{{parameters.v}}"}']],
    [['sed', '-i', 's/a/{{parameters.v}}/', 'f']],
    [['node', '--eval=x("{{parameters.v}}")']],
  ])('refuses an unsafe value in %j and says how to pass it', (template) => {
    for (const v of ['a b', '$(id)', '', '-rf', 'a\nb', 'a;b']) {
      const result = renderCommand(template, { parameters: { v } });
      expect(result, JSON.stringify(v)).toMatchObject({ ok: false });
      if (!result.ok) expect(result.error).toContain('OPS_V');
    }
    expect(renderCommand(template, { parameters: { v: 'db-1.example:5432' } }).ok).toBe(true);
  });

  it('leaves the arguments of a script alone', () => {
    const argv = ['sh', '-c', 'echo "$1" "$OPS_V"', 'sh', '{{parameters.v}}'];
    expect(renderCommand(argv, { parameters: { v: 'a; b' } })).toMatchObject({
      ok: true,
      value: { argv: [...argv.slice(0, 4), 'a; b'] },
    });
  });

  it('refuses a value that would make a script of another element', () => {
    const parameters = { flag: '-c', shell: 'sh', rest: 'reboot' };
    for (const template of [
      ['sh', '{{parameters.flag}}', '{{parameters.rest}}'],
      ['{{parameters.shell}}', '-c', 'echo {{parameters.rest}}'],
      ['env', '{{parameters.shell}}', '{{parameters.flag}}', 'true'],
    ]) {
      const result = renderCommand(template, { parameters });
      expect(result).toMatchObject({ ok: false });
      if (!result.ok) expect(result.error).toMatch(/would make sh run ".*" as a script/);
    }
  });

  it.each([
    'echo $(({{parameters.v}} + 1))',
    'echo $[{{parameters.v}}]',
    'if [[ {{parameters.v}} -gt 1 ]]; then :; fi',
    '(( x = {{parameters.v}} ))',
    'let x={{parameters.v}}',
    'declare -i x={{parameters.v}}',
    'echo ${ {{parameters.v}} }',
    'echo ${x[{{parameters.v}}]}',
    'echo ${x:{{parameters.v}}}',
    'echo "$'.concat('{{parameters.v}}"'),
  ])('lets bash look up no variable by the name in a value: %s', (script) => {
    // bash evaluates what the variable holds: with OPS_W = a[$(touch owned)] the first of these runs the touch.
    const parameters = { v: 'OPS_W', w: 'a[$(touch owned)]' };
    expect(renderCommand(['bash', '-c', script], { parameters })).toMatchObject({
      ok: false,
      error: expect.stringContaining('only a number may stand there'),
    });
    expect(renderCommand(['bash', '-c', script], { parameters: { v: 1024 } }).ok).toBe(true);
    const after = `${script.replace('{{parameters.v}}', '1')}\necho {{parameters.v}}`;
    expect(renderCommand(['bash', '-c', after], { parameters }).ok).toBe(!script.endsWith('$1"'));
  });

  it('lets a word be assigned', () => {
    for (const script of ['export A={{parameters.v}}', 'local a={{parameters.v}}; echo $a', 'A={{parameters.v}} x']) {
      expect(renderCommand(['bash', '-c', script], { parameters: { v: 'word' } }).ok).toBe(true);
    }
  });

  it('lets no value end a here-document', () => {
    const script = 'cat <<EOF\n{{parameters.a}}\n{{parameters.b}}\nEOF\n';
    expect(renderCommand(['sh', '-c', script], { parameters: { a: 'EOF', b: 'reboot' } })).toMatchObject({ ok: false });
    expect(renderCommand(['sh', '-c', script], { parameters: { a: 'x', b: 'EO' } })).toMatchObject({ ok: true });
    const indented = "cat <<-'END'\n\tE{{parameters.a}}\n\tEND\n";
    expect(renderCommand(['sh', '-c', indented], { parameters: { a: 'ND' } })).toMatchObject({ ok: false });
  });

  it('warns where the script evaluates its arguments again', () => {
    const again = renderCommand(['sh', '-c', 'eval "$1"', 'sh', '{{parameters.v}}'], { parameters: { v: 'a; b' } });
    expect(again.ok && again.value.warnings).toEqual([
      'The sh script may evaluate {{parameters.v}} = "a; b" as a command.',
    ]);
  });

  it('warns about SQL and about a value that looks like an option', () => {
    const sql = renderCommand(['psql', '-Atc', "select '{{parameters.v}}'"], { parameters: { v: "x'; drop" } });
    expect(sql.ok && sql.value.warnings).toEqual([`psql reads {{parameters.v}} = "x'; drop" as part of its query.`]);
    const option = renderCommand(['tar', '{{parameters.v}}'], { parameters: { v: '--to-command=id' } });
    expect(option.ok && option.value.warnings[0]).toContain('begins with a dash');
    expect(renderCommand(['x', '{{parameters.v}}'], { parameters: { v: -5 } })).toMatchObject({
      value: { warnings: [] },
    });
  });

  it('names the argument, the unknown placeholder and the nearest name', () => {
    expect(renderCommand(['x', '{{parameters.cluster-slot}}'], { parameters: seedParameters })).toEqual({
      ok: false,
      error: 'argument 2 of the command: {{parameters.cluster-slot}}: no such parameter; did you mean "cluster-slots"?',
    });
  });

  it('names the variable that the hint speaks of as the environment does', () => {
    expect(envName('cluster-slots')).toBe('OPS_CLUSTER_SLOTS');
    const result = renderCommand(['sh', '-c', '{{parameters.cluster-slots}}'], {
      parameters: { 'cluster-slots': 'a b' },
    });
    expect(!result.ok && result.error).toContain('write "$OPS_CLUSTER_SLOTS" in the script');
  });
});
