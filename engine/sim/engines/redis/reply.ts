/** What a redis server answers, and how redis-cli prints it, on a terminal and elsewhere. */

export type Reply = string | number | null | Reply[] | RedisError;

export class RedisError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export const error = (message: string): RedisError => new RedisError(message);

function raw(reply: Reply): string {
  if (reply === null) return '';
  if (reply instanceof RedisError) return `${reply.message}\n`;
  if (Array.isArray(reply)) return reply.map(raw).join('\n');
  return String(reply);
}

/** With the newline that ends it; texts that bring their own (`info`, `cluster nodes`) get none. */
export function printed(reply: Reply): string {
  const text = raw(reply);
  return typeof reply === 'string' && text.endsWith('\n') ? text : `${text}\n`;
}

/** Answers that are a status, not a text. */
export const STATUS = /^(OK|PONG|QUEUED|Background [a-z ]+)$/;

/** On a terminal: what kind of an answer it is can be seen. */
export function shown(reply: Reply, indent = ''): string {
  if (reply === null) return '(nil)\n';
  if (typeof reply === 'number') return `(integer) ${reply}\n`;
  if (reply instanceof RedisError) return `(error) ${reply.message}\n`;
  if (!Array.isArray(reply)) return STATUS.test(reply) ? `${reply}\n` : text(reply);
  if (reply.length === 0) return '(empty array)\n';
  const width = String(reply.length).length;
  return reply
    .map((one, i) => {
      const number = `${String(i + 1).padStart(width)}) `;
      return `${i === 0 ? '' : indent}${number}${shown(one, indent + ' '.repeat(number.length))}`;
    })
    .join('');
}

const text = (reply: string): string => (reply.endsWith('\n') ? reply : `${JSON.stringify(reply)}\n`);
