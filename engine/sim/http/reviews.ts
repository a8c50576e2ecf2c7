import { review } from '../rbac/reviews.ts';
import type { Dict, SimObject } from '../types.ts';
import { admit } from '../verbs/input.ts';
import { admitPosted } from './admitted.ts';
import type { Answer } from './answer.ts';
import { mediaType, parseBody, readBody } from './body.ts';
import { writeContext } from './options.ts';
import { sendJson } from './reply.ts';

/** Answers a question about rights or people. */
export const answerReview: Answer = async (kernel, call, target) => {
  const { info, namespace } = target;
  const context = writeContext(call, target, 'CreateOptions');
  const { data, problems } = parseBody(await readBody(call.request), mediaType(call.request), info.kind);
  const sent = admit(info, data, namespace, context, problems);
  const object = (await admitPosted(kernel, target, sent as unknown as Dict, context)) as unknown as SimObject;
  sendJson(call, 201, review(info, object, context, { kernel, user: call.user, namespace, byToken: kernel.byToken }));
};
