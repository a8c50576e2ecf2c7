import { afterAll, beforeAll, expect, test } from 'vitest';
import { Golden, normalise, readYaml } from './golden.ts';
import { openApi, pick } from './suite.ts';

const api = openApi();
const golden = new Golden('created.txt');
let ns = '';
beforeAll(async () => {
  ns = await api.namespace();
});
afterAll(() => golden.save());

/** Plurals that are not the kind with an s, and kinds without a namespace. */
const PLURAL: Record<string, string> = {
  Endpoints: 'endpoints',
  Ingress: 'ingresses',
  IngressClass: 'ingressclasses',
  NetworkPolicy: 'networkpolicies',
  StorageClass: 'storageclasses',
  PriorityClass: 'priorityclasses',
  RuntimeClass: 'runtimeclasses',
};
const CLUSTER = new Set([
  'PersistentVolume',
  'Namespace',
  'Node',
  'IngressClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'StorageClass',
  'CSIDriver',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
  'RuntimeClass',
  'CustomResourceDefinition',
]);

interface Sample {
  apiVersion: string;
  kind: string;
}

const samples = readYaml('samples.yaml') as Sample[];

function collection({ apiVersion, kind }: Sample): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = PLURAL[kind] ?? `${kind.toLowerCase()}s`;
  return CLUSTER.has(kind) ? `${root}/${plural}` : `${root}/namespaces/${ns}/${plural}`;
}

/** Chosen by the server from a range. */
function withoutChoices(text: string): unknown {
  return JSON.parse(
    text
      .replace(/"10\.96\.\d+\.\d+"/g, '"CLUSTERIP"')
      .replace(/"nodePort":3\d{4}/g, '"nodePort":"NODEPORT"')
      .replace(/kube-api-access-\w{5}/g, 'kube-api-access-XXXXX')
      .replace(/"suffix":"\w+"/g, ''),
  );
}

test.for(samples.map((sample, index) => [`${index} ${sample.kind}`, sample] as const))(
  '%s is completed as a real server does',
  async ([name, sample]) => {
    const body = JSON.parse(JSON.stringify(sample).replaceAll('"NS"', JSON.stringify(ns))) as unknown;
    const answer = await api.post(collection(sample), body, { query: { dryRun: 'All', fieldValidation: 'Strict' } });
    expect(answer.code === 201 ? '' : pick(answer.body, 'message')).toBe('');
    expect(answer.code).toBe(201);
    const made = withoutChoices(normalise(answer.text, ns));
    expect(made).toEqual(golden.expected(name, made));
  },
);
