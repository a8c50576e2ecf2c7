/** What can be broken, and what that means. */
export const BREAKS: Readonly<Record<string, string>> = {
  'kill-primary': 'the primary dies; it is back in half a minute',
  'fill-disk': 'the primary’s disk fills up, until mended',
  'crash-pod': 'one pod dies; it is back in a second',
  'cut-link': 'no way to the API server for ten seconds',
  throttle: 'every third request gets 429, for 30 seconds',
  mend: 'disks are freed, links healed, no more 429',
};
