/** The key that signs the tokens of service accounts. It is made when the first of them is wanted: that takes a while. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Kernel } from '../kernel.ts';

interface Signer {
  id: string;
  key: KeyObject;
  public: Record<string, unknown>;
}

const signers = new WeakMap<Kernel, Signer>();

function signerOf(kernel: Kernel): Signer {
  const known = signers.get(kernel);
  if (known) return known;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const id = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  const { n, e } = publicKey.export({ format: 'jwk' });
  const made = { id, key: privateKey, public: { use: 'sig', kty: 'RSA', kid: id, alg: 'RS256', n, e } };
  signers.set(kernel, made);
  return made;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signedToken(kernel: Kernel, claims: object): string {
  const { id, key } = signerOf(kernel);
  const text = `${part({ alg: 'RS256', kid: id })}.${part(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

/** As a JSON Web Key Set. */
export const publicKeys = (kernel: Kernel): object => ({ keys: [signerOf(kernel).public] });
