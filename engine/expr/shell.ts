/**
 * Which elements of an argv are read a second time by a shell, an interpreter or a query tool. There a value could end a
 * word and begin a command; everywhere else an argv element is inert.
 */

/** `shell` and `code` accept only safe values; under `query` (SQL and the like) a value is only warned about. */
export type ScriptKind = 'shell' | 'code' | 'query';

export interface Script {
  /** Position in the argv. */
  index: number;
  kind: ScriptKind;
  /** The program that reads it, without its directory. */
  program: string;
}

/** What `shlex.quote` leaves bare, not empty, not beginning with a dash: one inert word under any number of evaluations. */
export const isSafeWord = (value: string): boolean => /^[A-Za-z0-9_@%+=:,./-]+$/.test(value) && !value.startsWith('-');

const SHELLS = /^-?(sh|ash|bash|dash|zsh|rbash|rksh|ksh|ksh93|mksh|pdksh|lksh|oksh|yash|hush|posh|fish|csh|tcsh)$/;

interface Interpreter {
  kind: ScriptKind;
  /** The element after one of these is the script; `--flag=script` too. Short flags count inside a cluster (`-ne`). */
  flags?: string[];
  /** Every element after the program may be the script; only where the name stands as a program, not as a word. */
  rest?: true;
}

const interpreters = (kind: ScriptKind, names: string, rule: Omit<Interpreter, 'kind'>): [string, Interpreter][] =>
  names.split(' ').map((name) => [name, { kind, ...rule }]);

const INTERPRETERS = new Map<string, Interpreter>([
  // A command line of their own.
  ...interpreters('shell', 'su runuser script flock', { flags: ['-c', '--command', '--session-command'] }),
  ...interpreters('shell', 'ssh rsh watch parallel expect eval', { rest: true }),
  ...interpreters('shell', 'env', { flags: ['-S', '--split-string'] }),
  ...interpreters('code', 'python python2 python3 pypy pypy3', { flags: ['-c'] }),
  ...interpreters('code', 'perl ruby', { flags: ['-e', '-E'] }),
  ...interpreters('code', 'node nodejs deno bun', { flags: ['-e', '-p', '--eval', '--print'] }),
  ...interpreters('code', 'php', { flags: ['-r', '-B', '-R', '-E'] }),
  ...interpreters('code', 'lua luajit tclsh groovy', { flags: ['-e'] }),
  ...interpreters('code', 'mongo mongosh', { flags: ['--eval'] }),
  ...interpreters('code', 'awk gawk mawk nawk sed gsed jshell', { rest: true }),
  ...interpreters('query', 'psql gsql ysqlsh vsql', { flags: ['-c', '--command'] }),
  ...interpreters('query', 'mysql mariadb mysqlsh', { flags: ['-e', '--execute'] }),
  ...interpreters('query', 'clickhouse-client clickhouse', { flags: ['-q', '--query'] }),
  ...interpreters('query', 'influx', { flags: ['-execute', '--execute'] }),
  ...interpreters('query', 'cqlsh', { flags: ['-e', '--execute'] }),
  ...interpreters('query', 'sqlcmd', { flags: ['-q', '-Q'] }),
  ...interpreters('query', 'sqlite3', { rest: true }),
]);

/** Programs that run the rest of their arguments. */
const WRAPPERS = new Set(
  (
    'env nice nohup timeout setsid stdbuf ionice chroot gosu su-exec setpriv sudo doas tini dumb-init xargs time chpst ' +
    'busybox toybox unshare nsenter flock exec command kubectl docker podman crictl nerdctl find'
  ).split(' '),
);

const baseName = (element: string) => element.slice(element.lastIndexOf('/') + 1);
/** `python3.11`, `bash5`: the version says nothing about what the program does. */
const programName = (element: string) => {
  const name = baseName(element);
  return INTERPRETERS.has(name) || SHELLS.test(name) ? name : name.replace(/[-.0-9]+$/, '');
};

/** Options of shells that take the next element, so that it isn't mistaken for the script. */
const TAKES_VALUE = /^([-+][A-Za-z]*[oO]|--rcfile|--init-file)$/;

/** The index of a shell's `-c` script, the shell being at `at`; undefined when it runs a file or reads its input. */
function shellScript(argv: readonly string[], at: number): number | undefined {
  let command = false;
  let i = at + 1;
  for (; i < argv.length; i++) {
    const element = argv[i]!;
    if (element === '--' || element === '-') {
      i++;
      break;
    }
    if (!/^[-+]./.test(element)) break;
    if (element.startsWith('--command=')) return i;
    if (element === '--command' || (!element.startsWith('--') && /^-[A-Za-z]*c/.test(element))) command = true;
    if (TAKES_VALUE.test(element)) i++;
  }
  return command && i < argv.length ? i : undefined;
}

function flagScripts(argv: readonly string[], at: number, flags: string[]): number[] {
  const found: number[] = [];
  const short = flags.filter((flag) => /^-[A-Za-z]$/.test(flag)).map((flag) => flag[1]!);
  for (let i = at + 1; i < argv.length; i++) {
    const element = argv[i]!;
    if (flags.includes(element)) found.push(i + 1);
    else if (flags.some((flag) => flag.startsWith('--') && element.startsWith(`${flag}=`))) found.push(i);
    else if (/^-[A-Za-z]/.test(element) && short.some((letter) => element.slice(1).includes(letter))) {
      // A cluster such as -ne takes the next element; -ecode carries the script itself. Both readings are guarded.
      found.push(i);
      if (short.some((letter) => element.endsWith(letter))) found.push(i + 1);
    }
  }
  return found.filter((i) => i < argv.length);
}

/**
 * Every element that is evaluated again. A shell is looked for at every position, since `env`, `timeout`, `nice`, `xargs`,
 * `kubectl exec` and many others run the rest of their arguments: to guard too much costs a refusal, too little the host.
 */
export function scripts(argv: readonly string[]): Script[] {
  const found = new Map<number, Script>();
  const rank = { query: 0, code: 1, shell: 2 };
  const add = (index: number, kind: ScriptKind, program: string) => {
    const before = found.get(index);
    if (!before || rank[kind] > rank[before.kind]) found.set(index, { index, kind, program });
  };
  const wrapped = WRAPPERS.has(baseName(argv[0] ?? ''));
  argv.forEach((element, at) => {
    const program = programName(element);
    if (SHELLS.test(program)) {
      const script = shellScript(argv, at);
      if (script !== undefined) add(script, 'shell', program);
      return;
    }
    const rule = INTERPRETERS.get(program);
    if (!rule) return;
    if (rule.rest && (at === 0 || wrapped)) for (let i = at + 1; i < argv.length; i++) add(i, rule.kind, program);
    for (const i of flagScripts(argv, at, rule.flags ?? [])) add(i, rule.kind, program);
  });
  return [...found.values()].sort((a, b) => a.index - b.index);
}
