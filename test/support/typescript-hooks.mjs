import { registerHooks } from 'node:module';

// For children that run a source file as it is: Node strips the types, and this finds the source behind an import of `.js`.
registerHooks({
  resolve(specifier, context, next) {
    const ours = /^\.{1,2}\//.test(specifier) && !context.parentURL?.includes('/node_modules/');
    return next(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
