/** What differs between two runs of the same session on the same cluster, replaced by words. */

const SAFE = '[bcdfghjklmnpqrstvwxz2456789]';
const AGE = String.raw`(?:\d+[dhms]){1,2}`;
/** Lines that have ages of objects and events, and so have the rows below up to an empty one. */
const AGING = /^(.*\s)?(AGE|Age|LAST SEEN|DURATION)\b|^(Duration|Age):/;
const AGES = new RegExp(`(?<=^|\\s|\\()${AGE}(?: \\(x\\d+ over ${AGE}\\))?(?=\\s|\\)|$)`, 'g');

const VOLATILE: [RegExp, string][] = [
  [/\bv1\.34\.\d+\b/g, 'v1.34.N'],
  [/\bopsdeck\.dev\/test-storage\b|\bsim\.opsdeck\.dev\b/g, 'PROVISIONER'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, 'TIME'],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME'],
  [/\b[EWI]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /g, 'KLOG '],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID'],
  [/(resourceVersion[\\"]*: ?[\\"]*|Resource Version: +)\d+/g, '$1RV'],
  [/\b[0-9a-f]{64}\b/g, 'HEX'],
  [/\b(\d{1,3}\.){3}\d{1,3}\b/g, 'IP'],
  [/https:\/\/IP:\d+/g, 'https://IP:PORT'],
  // Before the hashes: a random number of the safe digits alone looks like one.
  [/\b(\w+-\w+-tmp|LIVE|MERGED)-\d+/g, '$1'],
  [new RegExp(`-${SAFE}{8,10}-${SAFE}{5}\\b`, 'g'), '-HASH-RAND'],
  [new RegExp(`((?:hash|revision)["']?[=:] ?["']?)(${SAFE}{8,10})\\b`, 'g'), '$1HASH'],
  [new RegExp(`-(?=${SAFE}*\\d)${SAFE}{8,10}\\b`, 'g'), '-HASH'],
  [new RegExp(`\\b(count|web|db|kube-api-access)-${SAFE}{5}\\b`, 'g'), '$1-RAND'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}/g, 'TIME'],
];

/** What kubectl says or not, by how its own threads meet: it closes a stream that the server has closed. */
const CHANCE = /^\s*KLOG .*"Unhandled Error" err="websocket: close sent"\s*$/;

export function normalise(text: string, namespace: string): string {
  // A terminal whose input is over before its program has set it shows the end that it was sent.
  let result = text.replaceAll(namespace, 'NS').replaceAll('^@', '');
  for (const [pattern, word] of VOLATILE) result = result.replace(pattern, word);
  let aging = false;
  return result
    .split('\n')
    .filter((line) => !CHANCE.test(line))
    .map((line) => {
      aging = AGING.test(line) || (aging && line !== '');
      // Columns are as wide as what they hold.
      return (aging ? line.replace(AGES, 'AGE') : line).replace(/(?<=\S) {2,}/g, '  ').trimEnd();
    })
    .join('\n');
}
