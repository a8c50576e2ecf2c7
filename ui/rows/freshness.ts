/** How fresh a pane is, in words. A list that is empty for want of rights or of time never reads as an empty cluster. */
import type { Freshness, Header } from '../../engine/protocol.ts';
import type { Part, Pen } from '../pen.ts';

/** As `where` of a scope without bounds. */
export const EVERYWHERE = 'any namespace';

/** `1 line`, `2 lines`. */
export const counted = (n: number, what: string): string => `${thousands(n)} ${what}${n === 1 ? '' : 's'}`;

const thousands = (n: number) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

/** `short` leaves out how much is still to come. */
export function freshnessPart(freshness: Freshness | null, pen: Pen, short = false): Part {
  if (freshness === null) return { text: 'connecting', token: 'muted' };
  switch (freshness.state) {
    case 'live':
      return { text: 'live', token: 'good' };
    case 'syncing': {
      const of = freshness.remaining && !short ? ` of ${thousands(freshness.loaded + freshness.remaining)}` : '';
      // Rows of other sources may stand there already: "syncing 0" beside them would read as a contradiction.
      const loaded = freshness.loaded > 0 ? ` ${thousands(freshness.loaded)}` : '';
      return { text: `syncing${loaded}${loaded ? of : ''}${pen.glyphs.ellipsis}`, token: 'busy' };
    }
    case 'stale':
      return { text: `stale ${pen.age(freshness.since)}`, token: 'attention' };
    case 'denied':
      return { text: `denied: ${freshness.verb} ${freshness.resource}`, token: 'attention' };
    case 'absent':
      return { text: `no ${freshness.resource}`, token: 'muted' };
    case 'down':
      return { text: `down ${pen.age(freshness.since)}`, token: 'bad' };
  }
}

/** Sentences that stand in an empty list. `what`: e.g. `clusters`; `where`: e.g. `namespace payments`. */
export function emptyText(freshness: Freshness | null, what: string, where: string, header: Header): string[] {
  const { mode, login, loginSays = [] } = header;
  const seen = freshness?.state === 'live' || freshness?.state === 'denied' || freshness?.state === 'absent';
  if (login !== undefined && !seen) {
    if (loginSays.length === 0) return [`Waits for ${login}.`];
    return [`Waits for ${login}, which says:`, ...loginSays];
  }
  if (freshness === null) {
    if (mode.kind === 'unreachable') return [`Nothing is known about ${what}: ${mode.why}`];
    return [`Connecting: nothing is known about ${what} yet.`];
  }
  switch (freshness.state) {
    case 'live':
      return [`No ${what} in ${where}.`];
    case 'syncing':
      return [`Still reading: no ${what} received yet.`];
    case 'stale':
      return [`No ${what} were there when the connection was lost: ${freshness.why}`];
    case 'denied':
      return [
        `You may not ${freshness.verb} ${freshness.resource} in ${where}: there may be ${what} that you can't see.`,
        `Ask for the verb "${freshness.verb}" on "${freshness.resource}"${where === EVERYWHERE ? ', or go to a namespace that you may see: :ns NAME' : ''}.`,
      ];
    case 'absent':
      return [`No ${what}: the cluster has no ${freshness.resource}.`];
    case 'down':
      return [`Nothing is known about ${what}: ${freshness.why}`];
  }
}

export { thousands };
