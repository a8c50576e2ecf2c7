import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** DER: one tag-length-value. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const n = body.length;
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts);
const utc = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));

const ECDSA_SHA256 = sequence(hex('06082a8648ce3d040302'));
const COMMON_NAME = hex('0603550403');
const EXTENSION = { altName: hex('0603551d11'), constraints: hex('0603551d13'), usage: hex('0603551d25') };
const SERVER_AUTH = hex('06082b06010505070301');
const DAY = 86_400_000;

const LOOPBACK = { hosts: ['localhost'], addresses: ['127.0.0.1'] };

export interface Identity {
  name: string;
  key: string;
  cert: string;
}

/**
 * A certificate, for loopback unless other names are given, made anew for each server; self-signed unless it has an issuer. TLS is needed
 * although nothing leaves the machine: kubectl sends no token over plain http.
 */
export function selfSigned(name = 'opsdeck-sim', { hosts, addresses } = LOOPBACK, issuer?: Identity): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const named = (one: string): Buffer => sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(one)))));
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const altNames = sequence(
    ...hosts.map((host) => der(0x82, Buffer.from(host))),
    ...addresses.map((address) => der(0x87, Buffer.from(address.split('.').map(Number)))),
  );
  const extension = (id: Buffer, value: Buffer): Buffer => sequence(id, der(0x04, value));
  const extensions = sequence(
    extension(EXTENSION.altName, altNames),
    extension(EXTENSION.constraints, sequence(hex('0101ff'))),
    extension(EXTENSION.usage, sequence(SERVER_AUTH)),
  );
  const now = Date.now();
  const body = sequence(
    der(0xa0, hex('020102')),
    der(0x02, serial),
    ECDSA_SHA256,
    named(issuer?.name ?? name),
    sequence(utc(now - DAY), utc(now + 3650 * DAY)),
    named(name),
    publicKey,
    der(0xa3, extensions),
  );
  const signature = sign('sha256', body, createPrivateKey(issuer?.key ?? privateKey));
  const certificate = sequence(body, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    name,
    key: privateKey,
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
