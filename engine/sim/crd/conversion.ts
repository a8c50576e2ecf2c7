/** Where a definition's conversion webhook is, and which reviews it understands. */
import { clientErrors } from '../validation/client.ts';
import { denied, type FieldError, invalid, required, unsupported } from '../validation/fielderror.ts';
import { dns1035 } from '../validation/names.ts';
import type { CrdSpec } from './structural.ts';

const REVIEWS = ['v1', 'v1beta1'];

function reviewErrors(versions: readonly string[], field: string): FieldError[] {
  if (versions.length === 0) return [required(field)];
  const errors = versions.flatMap((version, at) =>
    versions.indexOf(version) < at
      ? [invalid(`${field}[${at}]`, version, 'duplicate version')]
      : dns1035(version).map((why) => invalid(`${field}[${at}]`, version, why)),
  );
  if (!versions.some((version) => REVIEWS.includes(version)))
    errors.push(invalid(field, versions, `must include at least one of ${REVIEWS.join(', ')}`));
  return errors;
}

export function checkConversion({ conversion }: CrdSpec): FieldError[] {
  if (!conversion) return [];
  const { strategy, webhook } = conversion;
  const field = 'spec.conversion';
  const [client, reviews] = [`${field}.webhookClientConfig`, `${field}.conversionReviewVersions`];
  if (strategy !== 'None' && strategy !== 'Webhook')
    return [strategy ? unsupported(`${field}.strategy`, strategy, ['None', 'Webhook']) : required(`${field}.strategy`)];
  const versions = webhook?.conversionReviewVersions ?? [];
  if (strategy === 'Webhook')
    return [
      ...(webhook?.clientConfig
        ? clientErrors(webhook.clientConfig, client)
        : [required(client, 'required when strategy is set to Webhook')]),
      ...reviewErrors(versions, reviews),
    ];
  const why = 'should not be set when strategy is not set to Webhook';
  return [
    ...(webhook?.clientConfig ? [denied(client, why)] : []),
    ...(versions.length > 0 ? [denied(reviews, why)] : []),
  ];
}
