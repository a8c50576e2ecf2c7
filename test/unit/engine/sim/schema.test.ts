import { expect, test } from 'vitest';
import { validateBySchema } from '../../../../engine/sim/crd/validate.ts';

test('a list with more faults than a call takes arguments is judged to its end', () => {
  const many = Array.from({ length: 200_000 }, () => 1);
  const strings = { type: 'array', items: { type: 'string' } } as const;
  expect(validateBySchema(many, strings)).toHaveLength(200_000);
  expect(validateBySchema(many, { allOf: [strings] }).length).toBeGreaterThanOrEqual(200_000);
});
