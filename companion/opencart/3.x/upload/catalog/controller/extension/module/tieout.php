<?php
/** Answers Tieout's questions and tells it of changes. OpenCart 3.x. */
class ControllerExtensionModuleTieout extends Controller {
	public function rows() {
		require_once(DIR_SYSTEM . 'library/tieout/door.php');
		$body = (string)file_get_contents('php://input', false, null, 0, TieoutDoor::BODY_BYTES_MAX + 1);
		$key = $this->config->get('module_tieout_status') ? (string)$this->config->get('module_tieout_key') : '';
		$answer = $this->door()->answer($key, TieoutDoor::headers($_SERVER), $body, time());
		http_response_code($answer['status']);
		foreach ($answer['headers'] as $name => $value) {
			$this->response->addHeader($name . ': ' . $value);
		}
		$this->response->setOutput($answer['body']);
	}

	/** Returns nothing: in 3.x any other value would replace the result of what fired this. */
	public function changed(&$route, &$args, &$output = null) {
		try {
			if ($this->config->get('module_tieout_status') && !empty($args[0])) {
				require_once(DIR_SYSTEM . 'library/tieout/door.php');
				TieoutDoor::tell((string)$this->config->get('module_tieout_url'), (string)$this->config->get('module_tieout_key'), 'order', (string)(int)$args[0], time());
			}
		} catch (Throwable $error) {
			return;
		}
	}

	public function customer(&$route, &$args, &$output = null) {
		try {
			if ($this->config->get('module_tieout_status') && !empty($output)) {
				require_once(DIR_SYSTEM . 'library/tieout/door.php');
				TieoutDoor::tell((string)$this->config->get('module_tieout_url'), (string)$this->config->get('module_tieout_key'), 'customer', (string)(int)$output, time());
			}
		} catch (Throwable $error) {
			return;
		}
	}

	private function door() {
		$db = $this->db;
		return new TieoutDoor(
			function ($sql) use ($db) {
				return $db->query($sql)->rows;
			},
			function ($value) use ($db) {
				return $db->escape($value);
			},
			DB_PREFIX
		);
	}
}
