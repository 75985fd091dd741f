import { createLazyRoute } from '@tanstack/react-router';
import { SignUpPage } from '~/features/account/sign-up-page';

export const Route = createLazyRoute('/sign-up')({ component: SignUpPage });
