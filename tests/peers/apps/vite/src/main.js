import "./reader.css";
import { counter } from "./counter.js";

const app = document.querySelector("#app");
app.innerHTML = `
  <h1>A small reader</h1>
  <img src="/images/hero.webp" width="320" height="180" alt="A window" />
  <button type="button"></button>
  <section></section>`;
counter(app.querySelector("button"));
import("./article.js").then(({ article }) => article(app.querySelector("section")));
