// GraphiQL over our own endpoint: the token lives in this page only, and goes with every request and socket.
"use strict";
(() => {
  const form = document.getElementById("sign-in");
  const said = form.querySelector("output");
  let token = "";

  const fetcher = (parameters, options) => {
    const headers = { ...options?.headers };
    if (token) headers.Authorization ??= `Bearer ${token}`;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    return GraphiQL.createFetcher({
      url: "/graphql",
      headers,
      subscriptionUrl: `${scheme}//${location.host}/graphql`,
      wsConnectionParams: headers.Authorization ? { authorization: headers.Authorization } : {},
    })(parameters, options);
  };

  const example = `# 先在上方登录，再查询；左侧文档列出类型与权限。
# Sign in above, then ask. The docs at the left
# list every type and who may read it.
query {
  viewer {
    role
    scope
    scopeInEnglish
  }
}
`;

  const root = ReactDOM.createRoot(document.getElementById("graphiql"));
  const show = () => root.render(React.createElement(GraphiQL, { fetcher, defaultQuery: example }));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = new FormData(form);
    if (given.get("token")) {
      token = given.get("token").trim();
      said.textContent = "使用令牌 using the token";
      return;
    }
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        query: `mutation ($login: String!, $password: String!) {
          signIn(input: { login: $login, password: $password }) { session { token } userErrors { message messageInEnglish } }
        }`,
        variables: { login: given.get("login"), password: given.get("password") },
      }),
    });
    const { data, errors } = await response.json();
    token = data?.signIn?.session?.token ?? "";
    const reason = data?.signIn?.userErrors?.[0] ?? errors?.[0];
    said.textContent = token ? "已登录 signed in" : [reason?.message, reason?.messageInEnglish].filter(Boolean).join(" ");
  });

  show();
})();
