/** How an image comes to the node, told as a kubelet tells it; what it is called there. */
import { createHash } from 'node:crypto';
import type { EventNote } from './events.ts';
import type { ContainerSpec } from './status.ts';
import { BACKOFF, longer, type Timing } from './timing.ts';

export interface Images {
  /** Null where it is on the node; else whether it can be pulled, the answer being an error's text where it can't. */
  pull(image: string): null | { error?: string; bytes: number };
  pulled(image: string): void;
}

/** The container that needs it. */
export interface ImageUser {
  spec(): Pick<ContainerSpec, 'image' | 'imagePullPolicy'>;
  note(type: EventNote['type'], reason: string, message: string): void;
  /** It waits for that reason. */
  wait(reason: string, message: string): void;
  /** Forgotten when it is stopped. */
  after(ms: number, work: () => void): void;
  /** The image is there. */
  create(): void;
}

export class ImagePull {
  readonly #images: Images;
  readonly #timing: Timing;
  readonly #user: ImageUser;
  #backoff = 0;

  constructor(images: Images, timing: Timing, user: ImageUser) {
    this.#images = images;
    this.#timing = timing;
    this.#user = user;
  }

  begin(): void {
    const user = this.#user;
    const { image, imagePullPolicy } = user.spec();
    const wrong = misnamed(image);
    if (wrong !== undefined) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format${wrong}`;
      user.note('Warning', 'InspectFailed', message);
      user.note('Warning', 'Failed', 'Error: InvalidImageName');
      user.wait('InvalidImageName', message);
      user.after(BACKOFF.first, () => this.begin());
      return;
    }
    const found = this.#images.pull(image);
    if (found === null && imagePullPolicy !== 'Always') {
      user.note('Normal', 'Pulled', `Container image "${image}" already present on machine`);
      user.create();
      return;
    }
    if (imagePullPolicy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      user.note('Warning', 'ErrImageNeverPull', message);
      user.note('Warning', 'Failed', 'Error: ErrImageNeverPull');
      user.wait('ErrImageNeverPull', message);
      user.after(BACKOFF.first, () => this.begin());
      return;
    }
    user.note('Normal', 'Pulling', `Pulling image "${image}"`);
    user.after(this.#timing.pull, () => {
      if (found?.error === undefined) this.#pulled(found?.bytes ?? 0);
      else this.#failed(found.error);
    });
  }

  #pulled(bytes: number): void {
    const { pull } = this.#timing;
    const { image } = this.#user.spec();
    this.#backoff = 0;
    this.#images.pulled(image);
    const took = pull < 1000 ? `${pull}ms` : `${pull / 1000}s`;
    this.#user.note(
      'Normal',
      'Pulled',
      `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${bytes} bytes.`,
    );
    this.#user.create();
  }

  #failed(error: string): void {
    const user = this.#user;
    const { image } = user.spec();
    user.note('Warning', 'Failed', `Failed to pull image "${image}": ${error}`);
    user.note('Warning', 'Failed', 'Error: ErrImagePull');
    user.wait('ErrImagePull', error);
    this.#backoff = longer(this.#backoff);
    const pause = this.#backoff;
    user.after(this.#timing.sync, () => {
      user.note('Normal', 'BackOff', `Back-off pulling image "${image}"`);
      user.note('Warning', 'Failed', 'Error: ImagePullBackOff');
      user.wait('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${error}`);
      user.after(pause, () => this.begin());
    });
  }
}

/** The reference with the registry that a container runtime adds. */
export function canonicalImage(image: string): string {
  const first = image.split('/')[0] ?? '';
  if (!image.includes('/')) return `docker.io/library/${image}`;
  return /[.:]|^localhost$/.test(first) ? image : `docker.io/${image}`;
}

export const imageID = (image: string): string =>
  `sha256:${createHash('sha256').update(canonicalImage(image)).digest('hex')}`;

const isDomain = (part: string): boolean => /[.:]|^localhost$/.test(part) || part !== part.toLowerCase();

/** What is wrong with a reference beyond that something is; undefined where nothing is. */
function misnamed(image: string): string | undefined {
  const [first = '', ...rest] = image.split('/');
  const named = rest.length > 0 && isDomain(first) ? rest.join('/') : rest.length > 0 ? image : `library/${image}`;
  const [, path = '', suffix = ''] = /^([^:@]*)(.*)$/s.exec(named) ?? [];
  if (path !== path.toLowerCase()) return `: repository name (${path}) must be lowercase`;
  const wellFormed =
    /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/.test(path) &&
    /^(:\w[\w.-]{0,127})?(@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$/.test(suffix);
  return wellFormed ? undefined : '';
}

/** Bytes that a pulled image is said to have. */
export const imageBytes = (image: string) =>
  20_000_000 + (createHash('sha256').update(image).digest().readUInt32BE() % 200_000_000);

/** Why it can't be pulled: registries and tags that plainly don't exist. */
export function unpullable(image: string): string | undefined {
  // It can only be read as a registry, and a container runtime doesn't.
  if (/^[^/.:]*[A-Z][^/.:]*\//.test(image))
    return `failed to parse image reference "${/[:@][^/]*$/.test(image) ? image : `${image}:latest`}": invalid reference format: repository name must be lowercase`;
  if (!/(^|[/:.-])(nope|missing|absent|nonexistent|not-?found|no-?such|does-?not-?exist|invalid)([/:.-]|$)/.test(image))
    return undefined;
  const full = canonicalImage(image);
  return `failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`;
}
