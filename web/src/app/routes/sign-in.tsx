import { createLazyRoute } from '@tanstack/react-router';
import { SignInPage } from '~/features/account/sign-in-page';

export const Route = createLazyRoute('/sign-in')({ component: SignInPage });
