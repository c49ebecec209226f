"""URL configuration."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from primepath.files.calendars import calendar_feed
from primepath.files.downloads import download
from primepath.files.uploads import upload
from primepath.pages.account.account import account_page
from primepath.pages.account.set_password import set_password_page
from primepath.pages.explorer import render_explorer
from primepath.pages.language import choose_language
from primepath.pages.matrix import matrix_page
from primepath.pages.sign_in import SignInPage
from schema.build import schema
from schema.http.view import GraphQLView

urlpatterns = [
    path("", matrix_page, name="matrix"),
    # The view checks CSRF itself, and only for requests authenticated by a cookie.
    path(
        "graphql",
        csrf_exempt(GraphQLView.as_view(schema=schema, ide=render_explorer)),
        name="graphql",
    ),
    path("files", upload, name="upload"),
    path("files/<str:secret>", download, name="download"),
    path("calendars/<str:secret>.ics", calendar_feed, name="calendar"),
    path("sign-in/", SignInPage.as_view(), name="sign-in"),
    path("account/", account_page, name="account"),
    path("set-password/<str:secret>/", set_password_page, name="set-password"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("language/", choose_language, name="language"),
    path("admin/", admin.site.urls),
]

handler400 = "primepath.pages.errors.bad_request"
handler403 = "primepath.pages.errors.forbidden"
handler404 = "primepath.pages.errors.not_found"
handler500 = "primepath.pages.errors.failed"
