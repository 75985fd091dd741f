import { createLazyRoute } from '@tanstack/react-router';
import { Gallery } from '~/ui/gallery/gallery';

export const Route = createLazyRoute('/gallery')({ component: Gallery });
