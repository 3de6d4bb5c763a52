/// A post-confirmation event as Cognito sends it, on one line.
let event = Array(
  """
  {"version":"1","region":"eu-central-1","userPoolId":"eu-central-1_Xk3pQ9aZt","userName":\
  "5f1d7a3c-8c1e-4b7a-9a43-2f7f0f6f3d11","callerContext":{"awsSdkVersion":"aws-sdk-js-3.525.0","clientId":\
  "3n4b5urk1ft4fl3mg5e62d9ado"},"triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":\
  {"sub":"5f1d7a3c-8c1e-4b7a-9a43-2f7f0f6f3d11","email_verified":"true","cognito:user_status":"CONFIRMED",\
  "cognito:email_alias":"andrew.brown@example.com","name":"Andrew Brown","preferred_username":"andrewbrown",\
  "given_name":"Andrew","family_name":"Brown","locale":"en-CA","zoneinfo":"America/Toronto","updated_at":"1706704496",\
  "picture":"https://assets.example.com/avatars/andrewbrown-0c8d2a6e.jpg","phone_number":"+14165550123",\
  "phone_number_verified":"false","email":"andrew.brown@example.com"},"clientMetadata":{"source":"web",\
  "campaign":"spring-2025","referrer":"https://www.example.com/join"}},"response":{}}
  """.utf8)
