/** A webhook that converts boxes, and the ways in which it fails where the object's name says so. */
import type { Reply, Review } from './hookserver.ts';

type Fields = Record<string, unknown>;
interface Box {
  apiVersion: string;
  kind: string;
  metadata: Fields & { name: string; labels?: Fields; annotations?: Fields };
  spec?: Fields;
}
interface Asked {
  uid: string;
  desiredAPIVersion: string;
  objects: Box[];
}

export const asked = (review: Review): Asked => review.request as unknown as Asked;

/** What one version writes as `3x4`, the other has as two numbers. A box that says so keeps what the first has no place for. */
export function converted(box: Box, apiVersion: string): Box {
  const to = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const { size, width, height, colour, ...rest } = (box.spec ?? {}) as {
    size?: unknown;
    width?: number;
    height?: number;
    colour?: string;
  };
  const kept = colour !== undefined && (to === 'v2' || box.metadata.name === 'keeps-all') ? { colour } : {};
  const [across, up] = typeof size === 'string' ? size.split('x').map(Number) : [width, height];
  const spec =
    to === 'v1' ? { ...rest, ...kept, size: `${across}x${up}` } : { ...rest, ...kept, width: across, height: up };
  return { ...box, apiVersion, spec };
}

const success = { status: 'Success' };
const objects = (...convertedObjects: unknown[]): Reply => ({ response: { result: success, convertedObjects } });
const failure = (result: Fields): Reply => ({ response: { result } });

/** By the name of the object: what is made of it, which is right already. */
const ODD: Record<string, (right: Box, review: Review) => Reply> = {
  explains: () => failure({ status: 'Failed', message: 'too round' }),
  'fails-without-words': () => failure({ status: 'Failed' }),
  'says-nothing': () => failure({}),
  'has-no-result': (right) => ({ response: { convertedObjects: [right] } }),
  'has-no-response': (_right, { apiVersion }) => ({ review: { kind: 'ConversionReview', apiVersion } }),
  'has-another-uid': (right) => ({ response: { uid: 'x', result: success, convertedObjects: [right] } }),
  'has-no-uid': (right, { apiVersion }) => ({
    review: { kind: 'ConversionReview', apiVersion, response: { result: success, convertedObjects: [right] } },
  }),
  'has-no-kind': (right, { request }) => ({
    review: { response: { uid: request.uid, result: success, convertedObjects: [right] } },
  }),
  'is-of-v1beta1': (right, { request }) => ({
    review: {
      kind: 'ConversionReview',
      apiVersion: 'apiextensions.k8s.io/v1beta1',
      response: { uid: request.uid, result: success, convertedObjects: [right] },
    },
  }),
  'is-another-kind': () => ({ send: '{"kind":"ConfigMap","apiVersion":"v1"}' }),
  breaks: () => ({ send: 'something broke', code: 500 }),
  'is-missing': () => ({ send: 'gone', code: 404 }),
  'answers-no-json': () => ({ send: 'hello' }),
  'answers-nothing': () => ({ send: '' }),
  'gives-none': () => objects(),
  'gives-two': (right) => objects(right, right),
  'gives-no-object': () => objects('text'),
  'gives-null': () => objects(null),
  'is-unchanged': (_right, review) => objects(...asked(review).objects),
  'has-no-version': ({ apiVersion: _none, ...right }) => objects(right),
  'is-of-another-kind': (right) => objects({ ...right, kind: 'Bag' }),
  'has-another-name': (right) => objects({ ...right, metadata: { ...right.metadata, name: 'other' } }),
  'has-another-namespace': (right) => objects({ ...right, metadata: { ...right.metadata, namespace: 'other' } }),
  'has-another-identity': (right) => objects({ ...right, metadata: { ...right.metadata, uid: 'other' } }),
  'has-no-metadata': ({ metadata: _none, ...right }) => objects(right),
  'has-odd-metadata': (right) => objects({ ...right, metadata: 'text' }),
  'is-labelled': (right) => objects({ ...right, metadata: { ...right.metadata, labels: { made: 'by-webhook' } } }),
  'is-mislabelled': (right) => objects({ ...right, metadata: { ...right.metadata, labels: { made: 'by webhook!' } } }),
  'is-labelled-by-number': (right) => objects({ ...right, metadata: { ...right.metadata, labels: { made: 1 } } }),
  'has-odd-labels': (right) => objects({ ...right, metadata: { ...right.metadata, labels: 'text' } }),
  'has-odd-annotations': (right) => objects({ ...right, metadata: { ...right.metadata, annotations: { 'a b': 'c' } } }),
  'has-other-metadata': (right) =>
    objects({ ...right, metadata: { ...right.metadata, generation: 9, finalizers: ['a/b'], resourceVersion: '7' } }),
  'is-mistyped': (right) => objects({ ...right, spec: { size: 7 } }),
  'has-unknown-fields': (right) => objects({ ...right, more: 1, spec: { ...right.spec, more: 1 } }),
  'has-no-spec': ({ spec: _none, ...right }) => objects(right),
};
export const FAULTS = Object.keys(ODD);

/** A summary of the question, as a field of the answer. */
const seen = ({ kind, apiVersion, request }: Review): string => {
  const { objects, ...rest } = request as unknown as Asked;
  const about = objects.map(({ apiVersion, kind, metadata, ...fields }) =>
    [apiVersion, kind, Object.keys(metadata).sort(), Object.keys(fields).sort()].flat().join(' '),
  );
  return [kind, apiVersion, Object.keys(rest).sort(), rest.desiredAPIVersion, ...about].flat().join('; ');
};

export const convert = (review: Review): Reply => {
  const { desiredAPIVersion, objects: given } = asked(review);
  const right = given.map((box) => converted(box, desiredAPIVersion));
  const [first] = right;
  if (first?.metadata.name === 'question')
    return objects({ ...first, spec: { ...first.spec, seen: first.spec?.seen ?? seen(review) } });
  const odd = first && ODD[first.metadata.name];
  return odd ? odd(first, review) : objects(...right);
};

/** What was stored is shown in its own version only. */
export const refuse = (): Reply => failure({ status: 'Failed', message: 'not today' });
