/** Where a definition's conversion webhook is, and which reviews it understands. */
import { clientErrors } from '../validation/client.ts';
import { denied, type FieldError, required, unsupported } from '../validation/fielderror.ts';
import { reviewErrors } from '../validation/reviews.ts';
import type { CrdSpec } from './structural.ts';

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
