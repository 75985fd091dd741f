import { createLazyRoute } from '@tanstack/react-router';
import { ResetPasswordPage } from '~/features/account/reset-password-page';

export const Route = createLazyRoute('/reset-password')({ component: ResetPasswordPage });
