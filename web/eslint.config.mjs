// What TypeScript's compiler does not see: promises that nobody waits for, and the rest of the strict rules.
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import typescript from "typescript-eslint";

export default defineConfig({
  files: ["src/**/*.ts"],
  extends: [js.configs.recommended, typescript.configs.strictTypeChecked],
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: {
    "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    "no-undef": "off", // the compiler knows better
  },
});
