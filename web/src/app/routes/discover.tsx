import { createLazyRoute } from '@tanstack/react-router';
import { DiscoverPage } from '~/features/discover/discover-page';

export const Route = createLazyRoute('/')({ component: DiscoverPage });
