SELECT dynapg.put_item(request) FROM puts WHERE n = (SELECT nextval('new_request'));
