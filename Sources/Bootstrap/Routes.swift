import Cruddur
import LambdaEvents
import LambdaHTTP
import Postgres

/// What the function does with which event.
func routes(
  _ configuration: Configuration, _ database: Pool, _ signUps: SignUpObserver? = nil, _ metrics: Metrics? = nil
) -> EventRouter {
  let users = Users(database)
  var events = EventRouter()
  events.on(Unread<PostConfirmation>.self, handle: SignUp(users, observer: signUps).handle)
  if configuration.healsOnSignIn {
    events.on(Unread<PostAuthentication>.self, handle: Healing(users, metrics: metrics).handle)
  }
  events.on(httpRoutes(configuration, database, users))
  return events
}

/// What it does with which HTTP request; `deploy/openapi.yaml` describes it.
func httpRoutes(_ configuration: Configuration, _ database: Pool, _ users: Users) -> HTTPRouter {
  let activities = ActivityAPI(
    Activities(database), allowsAnonymousAuthors: configuration.allowsAnonymousAuthors)
  var http = HTTPRouter(cors: configuration.cors)
  http.on(.get, "/api/health", handle: Health(database).check)
  http.on(.get, "/api/activities", handle: activities.feedOfHandle)
  http.on(.post, "/api/activities", handle: activities.add)
  http.on(.get, "/api/activities/home", handle: activities.home)
  http.on(.get, "/api/activities/@{handle}", handle: activities.userFeed)
  http.on(.get, "/api/activities/{uuid}", handle: activities.find)
  http.on(.get, "/api/activities/{uuid}/replies", handle: activities.replies)
  http.on(.post, "/api/activities/{uuid}/reply", handle: activities.reply)
  http.on(.get, "/api/users/me", handle: UserAPI(users).me)
  return http
}
