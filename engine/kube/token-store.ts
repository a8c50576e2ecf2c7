/**
 * Refreshed OIDC tokens, written back to the kubeconfig they came from. Identity providers that rotate refresh tokens take
 * each one once: if the new one stayed here alone, the next kubectl would be logged out.
 */
import {
  chmodSync,
  closeSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type Document, isMap, isSeq, parseDocument, type YAMLMap } from 'yaml';

export interface Tokens {
  idToken: string;
  refreshToken: string;
}

/** The tokens that the file has now for that user; another program may have refreshed them. */
export function readTokens(file: string, user: string): Tokens | undefined {
  try {
    return tokensIn(configOf(parse(readFileSync(file, 'utf8')), user));
  } catch {
    return undefined;
  }
}

/**
 * Puts `fresh` where `used` stands. False where it was not written: the file can't be, is locked by kubectl, or has other
 * tokens by now.
 */
export function writeTokens(file: string, user: string, used: Tokens, fresh: Tokens): boolean {
  let path: string;
  let lock: number;
  try {
    path = realpathSync(file);
    // The same lock that kubectl takes for the same purpose.
    lock = openSync(`${path}.lock`, 'wx', 0o600);
  } catch {
    return false;
  }
  const part = `${path}.opsdeck-${process.pid}`;
  try {
    const document = parse(readFileSync(path, 'utf8'));
    const config = configOf(document, user);
    if (!config || tokensIn(config)?.refreshToken !== used.refreshToken) return false;
    config.set('id-token', fresh.idToken);
    config.set('refresh-token', fresh.refreshToken);
    const { mode } = statSync(path);
    writeFileSync(part, document.toString({ lineWidth: 0, flowCollectionPadding: false, indentSeq: false }), {
      mode: 0o600,
      flag: 'wx',
    });
    chmodSync(part, mode & 0o777);
    renameSync(part, path);
    return true;
  } catch {
    rmSync(part, { force: true });
    return false;
  } finally {
    closeSync(lock);
    rmSync(`${path}.lock`, { force: true });
  }
}

/** Everything else in the file stays as it is written, comments included. */
function parse(source: string): Document {
  const document = parseDocument(source, { uniqueKeys: false });
  if (document.errors[0]) throw document.errors[0];
  return document;
}

function configOf(document: Document, user: string): YAMLMap | undefined {
  const users = document.get('users');
  if (!isSeq(users)) return undefined;
  const entry = users.items.find((item) => isMap(item) && item.get('name') === user);
  const config = isMap(entry) ? entry.getIn(['user', 'auth-provider', 'config']) : undefined;
  return isMap(config) ? config : undefined;
}

function tokensIn(config: YAMLMap | undefined): Tokens | undefined {
  const [idToken, refreshToken] = [config?.get('id-token'), config?.get('refresh-token')];
  return typeof idToken === 'string' && typeof refreshToken === 'string' ? { idToken, refreshToken } : undefined;
}
