import type { Stories } from './story';

const modules = import.meta.glob<{ stories: Stories }>('../*.stories.tsx', { eager: true });

/** Every `<primitive>.stories.tsx` beside its primitive, by title. */
export const allStories: readonly Stories[] = Object.values(modules)
  .map((module) => module.stories)
  .sort((a, b) => a.title.localeCompare(b.title));
