import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { knock } from '../../../../../engine/sim/node/ports.ts';
import { type Lab, openLab, template } from '../workloads/lab.ts';

let lab: Lab | undefined;
afterEach(() => {
  lab?.close();
  lab = undefined;
});

const web = { name: 'c', image: 'x', ports: [{ name: 'web', containerPort: 80 }] };

it('a port is asked by its number or name, and the answer is told in the kubelet’s words', async () => {
  const server = createServer((asked, answer) => {
    answer.statusCode = asked.url === '/well' ? 204 : 503;
    answer.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const ask = (probe: object, found: number | true | undefined) =>
    knock(probe, web, { ip: '10.1.2.3', open: () => found });
  const refused = 'dial tcp 10.1.2.3:80: connect: connection refused';
  expect(await ask({ tcpSocket: { port: 'web' } }, undefined)).toEqual({ code: 1, text: refused });
  expect(await ask({ httpGet: { port: 80, path: '/x' } }, undefined)).toEqual({
    code: 1,
    text: `Get "http://10.1.2.3:80/x": ${refused}`,
  });
  expect(await ask({ tcpSocket: { port: 'none' } }, true)).toEqual({
    text: 'strconv.Atoi: parsing "none": invalid syntax',
  });
  expect(await ask({ tcpSocket: { port: 80 } }, true)).toMatchObject({ code: 0 });
  expect(await ask({ httpGet: { port: 80, path: '/well' } }, port)).toMatchObject({ code: 0 });
  expect(await ask({ httpGet: { port: 80 } }, port)).toEqual({
    code: 1,
    text: 'HTTP probe failed with statuscode: 503',
  });
  server.close();
});

it('a server that nobody can look into is ready at the ports it declares, and at no others', async () => {
  lab = openLab();
  const pod = (name: string, port: number) =>
    lab!.cluster.create('pods', {
      metadata: { name, namespace: 'default' },
      spec: template({}, { ports: [{ containerPort: 80 }], readinessProbe: { tcpSocket: { port }, periodSeconds: 1 } })
        .spec,
    });
  pod('right', 80);
  pod('wrong', 81);
  await lab.live(3000);
  const ready = (name: string) => {
    const { status } = lab!.cluster.get('pods', 'default', name) as {
      status?: { containerStatuses: { ready: boolean }[] };
    };
    return status?.containerStatuses[0]?.ready;
  };
  expect([ready('right'), ready('wrong')]).toEqual([true, false]);
  expect(lab.events('wrong').at(-1)).toMatch(
    /^Unhealthy: Readiness probe failed: dial tcp 10\.\S+:81: connect: connection refused$/,
  );
});
