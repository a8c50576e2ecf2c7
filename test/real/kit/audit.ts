/** What the API server was asked, by whom: its audit log, read between two points. The cluster's own components are not in it. */
import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { kubectl } from './kubectl.ts';
import { AUDIT_LOG } from './place.ts';
import { until } from './until.ts';

/** A point in the log. */
export interface AuditMark {
  offset: number;
  inode: number;
}

export interface AuditedRequest {
  verb: string;
  uri: string;
  user: string;
  userAgent: string;
  /** "pods", "pods/exec"; empty for what is no resource, such as /version. */
  resource: string;
  namespace: string;
  name: string;
  /** HTTP status; 101 for an upgraded stream. */
  status: number;
  at: string;
}

interface Event {
  stage: string;
  verb: string;
  requestURI: string;
  user: { username: string };
  impersonatedUser?: { username: string };
  userAgent?: string;
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  requestReceivedTimestamp: string;
}

function request(event: Event): AuditedRequest {
  const ref = event.objectRef ?? {};
  return {
    verb: event.verb,
    uri: event.requestURI,
    user: event.impersonatedUser?.username ?? event.user.username,
    userAgent: event.userAgent ?? '',
    resource: ref.resource ? ref.resource + (ref.subresource ? `/${ref.subresource}` : '') : '',
    namespace: ref.namespace ?? '',
    name: ref.name ?? '',
    status: event.responseStatus?.code ?? 0,
    at: event.requestReceivedTimestamp,
  };
}

function tail(mark: AuditMark): string {
  return open((fd, end, inode) => {
    if (inode !== mark.inode) throw new Error('the audit log was rotated between the two points; run the test again');
    const bytes = Buffer.alloc(end - mark.offset);
    readSync(fd, bytes, 0, bytes.length, mark.offset);
    return bytes.toString('utf8');
  });
}

function open<T>(read: (fd: number, size: number, inode: number) => T): T {
  const fd = openSync(AUDIT_LOG, 'r');
  try {
    const { size, ino } = fstatSync(fd);
    return read(fd, size, ino);
  } finally {
    closeSync(fd);
  }
}

export const audit = {
  mark(): AuditMark {
    return open((_, offset, inode) => ({ offset, inode }));
  },

  /**
   * Requests answered since the mark, oldest first; `agent` keeps those whose user agent begins with it (the program's is "opsdeck/").
   * A stream counts when it begins and not again when it ends. The API server writes an entry just after the answer, so a request of
   * our own is made and its entry awaited.
   */
  async since(mark: AuditMark, agent = ''): Promise<AuditedRequest[]> {
    const last = `/version?mark=${randomUUID()}`;
    await kubectl(['get', '--raw', last]);
    const text = await until('the audit log', () => {
      const read = tail(mark);
      return read.includes(last) && read.slice(0, read.lastIndexOf('\n'));
    });
    const events = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Event);
    const begun = new Set(events.filter((e) => e.stage === 'ResponseStarted').map(id));
    return events
      .filter((e) => e.stage === 'ResponseStarted' || e.stage === 'Panic' || !begun.has(id(e)))
      .map(request)
      .filter((r) => r.userAgent.startsWith(agent) && r.uri !== last);
  },
};

const id = (event: Event & { auditID?: string }) => event.auditID ?? '';
