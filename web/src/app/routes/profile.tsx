import { createLazyRoute } from '@tanstack/react-router';
import { ProfilePage } from '~/features/account/profile-page';

export const Route = createLazyRoute('/profile')({ component: ProfilePage });
