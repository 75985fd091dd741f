import { createLazyRoute } from '@tanstack/react-router';
import { VerifyEmailPage } from '~/features/account/verify-email-page';

export const Route = createLazyRoute('/verify-email')({ component: VerifyEmailPage });
