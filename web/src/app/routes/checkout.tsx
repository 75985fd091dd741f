import { createLazyRoute } from '@tanstack/react-router';
import { ResendNotice } from '~/features/account/resend-notice';
import { CheckoutPage } from '~/features/tickets/checkout-page';
import { NotFoundPage } from '../shell/not-found';

export const Route = createLazyRoute('/events/$eventId/tickets')({
  component: () => <CheckoutPage verifyEmail={(email) => <ResendNotice email={email} />} />,
  notFoundComponent: NotFoundPage,
});
