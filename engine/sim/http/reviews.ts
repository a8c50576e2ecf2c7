import { review } from '../rbac/reviews.ts';
import { admit } from '../verbs/input.ts';
import type { Answer } from './answer.ts';
import { mediaType, parseBody, readBody } from './body.ts';
import { writeContext } from './options.ts';
import { sendJson } from './reply.ts';

/** Answers a question about rights or people. */
export const answerReview: Answer = async (kernel, call, target) => {
  const { info, namespace } = target;
  const context = writeContext(call, target, 'CreateOptions');
  const { data, duplicates } = parseBody(await readBody(call.request), mediaType(call.request), info.kind);
  const object = admit(info, data, namespace, context, duplicates);
  sendJson(call, 201, review(info, object, context, { kernel, user: call.user, namespace, byToken: kernel.byToken }));
};
